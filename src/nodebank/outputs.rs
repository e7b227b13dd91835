//! Outputs: what a return annotation, with the names that `@loom.node(outputs=…)` gives, makes of a function's result.

use ruff_python_ast::Expr;

use super::annotation::Types;
use super::names::{Meaning, Names, Record};
use super::syntax;
use crate::graph::{Name, OutputSpec, ResultShape, ValueType};

/// Strings and aliases that are followed before the tuple or class that they mean.
const DEEPEST: usize = 10;
const ONE: &str = "result";

type Outputs = (Vec<OutputSpec>, ResultShape);

/// The outputs of a function. An error says why names and annotation do not go together.
pub fn outputs(
    returns: Option<&Expr>,
    given: Option<&[Name]>,
    types: &Types,
    names: &Names,
) -> Result<Outputs, String> {
    let Some(returns) = returns else {
        return Ok(match given {
            None => single(ONE.into(), ValueType::Any),
            Some([]) => (Vec::new(), ResultShape::Single),
            Some([one]) => single(one.clone(), ValueType::Any),
            Some(several) => (
                several.iter().cloned().map(OutputSpec::untyped).collect(),
                ResultShape::Tuple,
            ),
        });
    };
    of_annotation(returns, given, types, names, DEEPEST)
}

fn of_annotation(
    returns: &Expr,
    given: Option<&[Name]>,
    types: &Types,
    names: &Names,
    depth: usize,
) -> Result<Outputs, String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(single(ONE.into(), ValueType::Any));
    };
    match returns {
        Expr::StringLiteral(text) => {
            let quoted = syntax::expression(text.value.to_str().trim(), |expr| {
                of_annotation(expr, given, types, names, depth)
            });
            if let Some(outputs) = quoted {
                return outputs;
            }
        }
        Expr::Subscript(subscript) => {
            let arguments = match &*subscript.slice {
                Expr::Tuple(several) => several.elts.as_slice(),
                one => std::slice::from_ref(one),
            };
            match names.path(&subscript.value).as_deref() {
                Some("typing.Annotated" | "typing_extensions.Annotated" | "Annotated") => {
                    if let Some(first) = arguments.first() {
                        return of_annotation(first, given, types, names, depth);
                    }
                }
                Some("tuple" | "builtins.tuple" | "typing.Tuple" | "Tuple")
                    if !matches!(arguments, [_, Expr::EllipsisLiteral(_)]) =>
                {
                    // `tuple[()]` is the tuple of nothing.
                    let items = match arguments {
                        [Expr::Tuple(empty)] if empty.elts.is_empty() => &[],
                        items => items,
                    };
                    return of_tuple(items, given, types);
                }
                _ => {
                    if let Some(Meaning::Class(_)) = names.meaning(&subscript.value) {
                        return of_annotation(&subscript.value, given, types, names, depth);
                    }
                }
            }
        }
        Expr::Name(_) => match names.meaning(returns) {
            Some(Meaning::Class(class)) => {
                if let Some(record) = names.record(class) {
                    return of_record(record, &names.fields(class), given, types);
                }
            }
            Some(Meaning::Assigned(alias)) => {
                return of_annotation(alias, given, types, names, depth);
            }
            _ => {}
        },
        _ => {}
    }
    of_type(types.read(returns)?.ty, given)
}

fn of_type(ty: ValueType, given: Option<&[Name]>) -> Result<Outputs, String> {
    match (given, ty) {
        (None | Some([]), ValueType::None) | (Some([]), _) => Ok((Vec::new(), ResultShape::Single)),
        (None, ty) => Ok(single(ONE.into(), ty)),
        (Some(several), ValueType::None) => Err(mismatch(several.len(), 0)),
        (Some([one]), ty) => Ok(single(one.clone(), ty)),
        (Some(several), ty) => {
            let (item, shape) = match ty {
                ValueType::Any => (ValueType::Any, ResultShape::Tuple),
                ValueType::List(item) => (*item, ResultShape::Tuple),
                ValueType::Dict => (ValueType::Any, ResultShape::Dict),
                _ => return Err(mismatch(several.len(), 1)),
            };
            let output = |name: &Name| OutputSpec {
                name: name.clone(),
                ty: item.clone(),
            };
            Ok((several.iter().map(output).collect(), shape))
        }
    }
}

fn of_tuple(items: &[Expr], given: Option<&[Name]>, types: &Types) -> Result<Outputs, String> {
    if let Some(given) = given
        && given.len() != items.len()
    {
        return Err(mismatch(given.len(), items.len()));
    }
    let mut outputs = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        let name = given.map_or_else(
            || format!("{ONE}_{}", i + 1).into(),
            |given| given[i].clone(),
        );
        let ty = types.read(item)?.ty;
        outputs.push(OutputSpec { name, ty });
    }
    Ok((outputs, ResultShape::Tuple))
}

fn of_record(
    record: Record,
    fields: &[(&str, &Expr)],
    given: Option<&[Name]>,
    types: &Types,
) -> Result<Outputs, String> {
    let mut outputs = Vec::with_capacity(fields.len());
    for (name, annotation) in fields {
        outputs.push(OutputSpec {
            name: (*name).into(),
            ty: types.read(annotation)?.ty,
        });
    }
    let shape = match record {
        Record::NamedTuple => ResultShape::Tuple,
        Record::TypedDict => ResultShape::Dict,
    };
    let Some(given) = given else {
        return Ok((outputs, shape));
    };
    if given.len() != outputs.len() {
        return Err(mismatch(given.len(), outputs.len()));
    }
    match record {
        Record::NamedTuple => {
            for (output, name) in outputs.iter_mut().zip(given) {
                output.name = name.clone();
            }
        }
        // Values of a dict are found by name: the names may be put in another order, not changed.
        Record::TypedDict => {
            let place = |name: &Name| given.iter().position(|other| other == name);
            if let Some(lost) = outputs.iter().find(|output| place(&output.name).is_none()) {
                return Err(format!(
                    "outputs of @loom.node leaves out {:?}: name the keys that the returned dict has",
                    lost.name
                ));
            }
            outputs.sort_by_key(|output| place(&output.name));
        }
    }
    Ok((outputs, shape))
}

fn single(name: Name, ty: ValueType) -> Outputs {
    (vec![OutputSpec { name, ty }], ResultShape::Single)
}

fn mismatch(given: usize, returned: usize) -> String {
    format!(
        "outputs of @loom.node names {given}, but the return annotation gives {returned}: name as many as are returned"
    )
}
