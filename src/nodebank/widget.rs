//! Widgets in annotations: `Annotated[float, loom.Slider(0, 1, step=0.1)]`. `executor/loom.py` defines the same names
//! and arguments; change both together.

use ruff_python_ast::{Arguments, Expr, Identifier};

use super::literal::literal;
use super::names::Names;
use crate::graph::{Value, Widget};

/// The widget that an expression in `Annotated[…]` names; `None` for what is not of `loom`. An error says which
/// widget cannot be made, why, and how it is written.
pub fn read(expr: &Expr, names: &Names) -> Result<Option<Widget>, String> {
    let (function, arguments) = match expr {
        Expr::Call(call) => (&*call.func, Some(&call.arguments)),
        other => (other, None),
    };
    let Some(name) = names.of_loom(function) else {
        return Ok(None);
    };
    let widget = match name.as_str() {
        "Slider" | "Range" => number(&name, arguments)?,
        "Multiline" => Widget::Text { multiline: true },
        "OpenFile" => Widget::OpenFile {
            pattern: patterns(&name, arguments)?.into(),
        },
        "SaveFile" => Widget::SaveFile {
            pattern: patterns(&name, arguments)?.into(),
        },
        "Folder" => Widget::Folder,
        _ => {
            return Err(format!(
                "loom has no widget {name}: use Slider, Range, Multiline, OpenFile, SaveFile or Folder"
            ));
        }
    };
    Ok(Some(widget))
}

fn number(name: &str, arguments: Option<&Arguments>) -> Result<Widget, String> {
    let how = || format!("write loom.{name}(min, max, step=…) with numbers, not names or sums");
    let keywords = ["min", "max", "step"];
    let mut found = [None; 3];
    if let Some(arguments) = arguments {
        let positional = arguments.args.iter().enumerate();
        let named = arguments.keywords.iter().map(|keyword| {
            let at = keywords.iter().position(|name| {
                let given = keyword.arg.as_ref().map(Identifier::as_str);
                given == Some(*name)
            });
            (at.unwrap_or(keywords.len()), &keyword.value)
        });
        for (at, value) in positional.chain(named) {
            let slot = found.get_mut(at).ok_or_else(how)?;
            *slot = match literal(value) {
                Some(Value::None) => None,
                Some(number) => Some(number.as_f64().ok_or_else(how)?),
                None => return Err(how()),
            };
        }
    }
    let [min, max, step] = found;
    let slider = name == "Slider";
    if slider && (min.is_none() || max.is_none()) {
        return Err(format!("loom.Slider needs both ends: {}", how()));
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        return Err(format!(
            "loom.{name} goes from {min} to {max}: put the smaller number first"
        ));
    }
    if step.is_some_and(|step| step <= 0.0) {
        return Err(format!("the step of loom.{name} must be above zero"));
    }
    Ok(Widget::Number {
        min,
        max,
        step,
        slider,
    })
}

/// Several patterns are joined by semicolons.
fn patterns(name: &str, arguments: Option<&Arguments>) -> Result<String, String> {
    let how = || format!("write loom.{name}(\"*.csv\") with texts alone");
    let Some(arguments) = arguments else {
        return Ok("*".to_owned());
    };
    if !arguments.keywords.is_empty() {
        return Err(how());
    }
    let patterns = arguments
        .args
        .iter()
        .map(|pattern| Some(pattern.as_string_literal_expr()?.value.to_str()))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(how)?;
    Ok(if patterns.is_empty() {
        "*".to_owned()
    } else {
        patterns.join(";")
    })
}
