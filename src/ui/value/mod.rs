//! value_editor_ui: how an unlinked input's value is edited, the same code on the node and in the inspector.
//! Says what the user wants; the caller turns it into an edit. A gesture is held in `Drafts` until it is let go.

mod colour;
mod number;
mod secret;
mod text;

use egui::{
    Button, Checkbox, ComboBox, Key, Popup, PopupCloseBehavior, Response, RichText, TextEdit, Ui,
    vec2,
};

pub use super::drafts::Drafts;
use super::theme;
use crate::graph::{InputSpec, Node, Port, Value, ValueType, Widget};

/// What the user did to a value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueEdit {
    /// Hold this from now on; `None`: the kind's default again.
    Set(Option<Value>),
    /// Choose a file or folder for it, or a secret.
    Browse,
}

/// Show and edit the value of an input that has no link, over the width that is there. Once per gesture it gives what
/// the gesture made, when that is another value than the node holds. `compact` is one row high, for the node.
pub fn value_editor_ui(
    ui: &mut Ui,
    drafts: &mut Drafts,
    node: &Node,
    input: &InputSpec,
    compact: bool,
) -> Option<ValueEdit> {
    let mut field = Field {
        drafts,
        port: Port::new(node.id, input.name.clone()),
        input,
        held: node.value(input),
        text_type: if node.kind.is_legacy() {
            &ValueType::Text
        } else {
            input.ty.base()
        },
        compact,
        takes_keyboard: false,
    };
    ui.push_id((node.id.0, input.name.as_str()), |ui| field.show_ui(ui))
        .inner
}

/// One editor in one frame.
struct Field<'a> {
    drafts: &'a mut Drafts,
    port: Port,
    input: &'a InputSpec,
    held: Option<&'a Value>,
    /// How texts are shown and read. Nodes of the first Loom hold plain texts whatever they mean.
    text_type: &'a ValueType,
    compact: bool,
    /// The text field that comes next is to have the keyboard: it stands in a popup that was opened just now.
    takes_keyboard: bool,
}

impl Field<'_> {
    fn show_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        match &self.input.widget {
            Widget::LinkOnly => {
                self.link_only_ui(ui);
                None
            }
            Widget::Number {
                min,
                max,
                step,
                slider,
            } => {
                let number = number::Number::new(&self.input.ty, *min, *max, *step);
                let is_typed = self.drafts.text(&self.port).is_some();
                let shown = self.shown().filter(|_| !is_typed);
                match shown.filter(|value| number.fits(value)) {
                    Some(value) if *slider => self.slider_ui(ui, &number, &value),
                    Some(value) => self.number_ui(ui, &number, &value),
                    None => self.text_ui(ui, |text| number.read(text)),
                }
            }
            Widget::Text { multiline } => {
                let ty = self.text_type.clone();
                let read = move |text: &str| Some(text::read(&ty, text));
                let has_lines = self
                    .held
                    .and_then(Value::as_str)
                    .is_some_and(|text| text.contains('\n'));
                if !multiline && !has_lines {
                    self.text_ui(ui, read)
                } else if self.compact {
                    self.lines_popup_ui(ui, read)
                } else {
                    self.lines_ui(ui, read, 5)
                }
            }
            Widget::Checkbox => self.checkbox_ui(ui),
            Widget::Choice(choices) => self.choice_ui(ui, choices),
            Widget::Colour => self.colour_ui(ui),
            Widget::OpenFile { .. } | Widget::SaveFile { .. } | Widget::Folder => self.path_ui(ui),
            Widget::Date => self.text_ui(ui, text::read_date),
            Widget::Secret => self.secret_ui(ui),
        }
    }

    /// The draft's value, else the node's.
    fn shown(&self) -> Option<Value> {
        self.drafts.value(&self.port).or(self.held).cloned()
    }

    fn label(&self) -> &str {
        self.input.name.as_str()
    }

    /// What stands in an empty field.
    fn hint(&self) -> &'static str {
        if self.input.is_optional {
            "default"
        } else if self.takes_none() {
            "None"
        } else if matches!(self.input.widget, Widget::Text { .. }) && self.held.is_some() {
            ""
        } else if self.input.widget == Widget::Date {
            "YYYY-MM-DD"
        } else {
            "required"
        }
    }

    fn takes_none(&self) -> bool {
        matches!(self.input.ty, ValueType::Optional(_)) || self.input.default == Some(Value::None)
    }

    /// Is what the node holds a value that this widget makes?
    fn fits(&self) -> bool {
        let Some(value) = self.held else { return true };
        let is_text = matches!(value, Value::Text(_));
        match (value, &self.input.widget) {
            (Value::None, _) => true,
            (_, Widget::Number { min, max, step, .. }) => {
                number::Number::new(&self.input.ty, *min, *max, *step).fits(value)
            }
            (_, Widget::Text { .. }) => *self.input.ty.base() == ValueType::Any || is_text,
            (Value::Text(text), Widget::Date) => text::read_date(text).is_some(),
            (Value::Text(text), Widget::Colour) => theme::parse_colour(text).is_some(),
            (Value::Bool(_), Widget::Checkbox) => true,
            (_, Widget::Choice(choices)) => choices.contains(value),
            (_, Widget::OpenFile { .. } | Widget::SaveFile { .. } | Widget::Folder) => is_text,
            (_, Widget::LinkOnly) => true,
            _ => false,
        }
    }

    /// The gesture is over: what it made, unless it made nothing new.
    fn commit(&mut self) -> Option<ValueEdit> {
        let value = self.drafts.take(&self.port)?;
        (self.held != Some(&value)).then_some(ValueEdit::Set(Some(value)))
    }

    /// End the draft of a widget that the user is not at any more; Escape drops it.
    fn end_gesture(&mut self, ui: &Ui, widget: egui::Id, is_going_on: bool) -> Option<ValueEdit> {
        if !self.drafts.owns(&self.port, widget) || is_going_on {
            return None;
        }
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.drafts.drop(&self.port);
            return None;
        }
        self.commit()
    }

    fn set(&self, value: Value) -> Option<ValueEdit> {
        (self.held != Some(&value)).then_some(ValueEdit::Set(Some(value)))
    }

    /// What stands in a text field: what is being typed, else the value as text.
    fn typed(&self) -> String {
        self.drafts
            .text(&self.port)
            .map_or_else(|| text::show(self.text_type, self.held), str::to_owned)
    }

    /// A field of one line, for every type that `read` can read; `None` from it is not committed.
    fn text_ui(&mut self, ui: &mut Ui, read: impl Fn(&str) -> Option<Value>) -> Option<ValueEdit> {
        let mut typed = self.typed();
        let edit = TextEdit::singleline(&mut typed)
            .hint_text(self.hint())
            .desired_width(f32::INFINITY)
            .min_size(vec2(0.0, ui.spacing().interact_size.y))
            .align(egui::Align2::LEFT_CENTER);
        self.typing_ui(ui, edit, read)
    }

    fn lines_ui(
        &mut self,
        ui: &mut Ui,
        read: impl Fn(&str) -> Option<Value>,
        rows: usize,
    ) -> Option<ValueEdit> {
        let mut typed = self.typed();
        let edit = TextEdit::multiline(&mut typed)
            .hint_text(self.hint())
            .desired_width(f32::INFINITY)
            .desired_rows(rows);
        self.typing_ui(ui, edit, read)
    }

    fn typing_ui(
        &mut self,
        ui: &mut Ui,
        edit: TextEdit<'_>,
        read: impl Fn(&str) -> Option<Value>,
    ) -> Option<ValueEdit> {
        let is_bad = match self.drafts.text(&self.port) {
            Some(typed) => self.read(&read, typed).is_none(),
            None => !self.fits(),
        };
        let warn = theme::palette(ui.ctx()).warn;
        let (output, typed) = edit
            .text_color_opt(is_bad.then_some(warn))
            .show_returning_text(ui);
        let mut response = output.response.response.accessible_name(self.label());
        if is_bad {
            response = response.on_hover_text(self.misfit_text());
        }
        if std::mem::take(&mut self.takes_keyboard) {
            response.request_focus();
        }
        if response.changed() {
            let typed = typed.as_str().to_owned();
            let value = self.read(&read, &typed);
            self.drafts.put(&self.port, response.id, Some(typed), value);
        }
        let has_focus = ui.memory(|memory| memory.has_focus(response.id));
        self.end_gesture(ui, response.id, has_focus)
    }

    fn read(&self, read: impl Fn(&str) -> Option<Value>, typed: &str) -> Option<Value> {
        let is_text = matches!(self.input.widget, Widget::Text { .. });
        if !is_text && typed.trim().is_empty() && self.takes_none() {
            return Some(Value::None);
        }
        read(typed)
    }

    fn misfit_text(&self) -> String {
        format!(
            "This is not a value of type {}. Type another one, or go back to the default",
            self.input.ty
        )
    }

    /// The first line on a button that opens the whole text.
    fn lines_popup_ui(
        &mut self,
        ui: &mut Ui,
        read: impl Fn(&str) -> Option<Value>,
    ) -> Option<ValueEdit> {
        let typed = self.typed();
        let first = typed.lines().next().unwrap_or_default();
        let text = match first {
            "" => RichText::new("empty").weak(),
            first if typed.len() > first.len() => RichText::new(format!("{first} …")),
            first => RichText::new(first),
        };
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        let button = ui
            .add(Button::new(text).truncate().min_size(size))
            .accessible_name(self.label());
        Popup::from_toggle_button_response(&button)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .width(theme::LINES_POPUP_WIDTH)
            .show(|ui| {
                self.takes_keyboard = button.clicked();
                self.lines_ui(ui, read, 10)
            })
            .and_then(|shown| shown.inner)
    }

    fn checkbox_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        if !self.fits() {
            return self.text_ui(ui, |typed| match Value::from_untyped_text(typed) {
                value @ Value::Bool(_) => Some(value),
                _ => None,
            });
        }
        let mut is_on = self.held == Some(&Value::Bool(true));
        let is_unset = !matches!(self.held, Some(Value::Bool(_)));
        let response = ui
            .scope(|ui| {
                // The box stands where the fields above and below it begin.
                ui.spacing_mut().button_padding.x = 0.0;
                theme::set_checkbox_visuals(ui, is_on);
                ui.add(Checkbox::without_text(&mut is_on).indeterminate(is_unset))
            })
            .inner
            .accessible_name(self.label());
        response
            .changed()
            .then_some(ValueEdit::Set(Some(Value::Bool(is_on))))
    }

    fn choice_ui(&mut self, ui: &mut Ui, choices: &[Value]) -> Option<ValueEdit> {
        let palette = theme::palette(ui.ctx());
        let text = match self.held {
            Some(value) if self.fits() => RichText::new(value.to_string()),
            Some(value) => RichText::new(value.to_string()).color(palette.warn),
            None => RichText::new(self.hint()).color(palette.text_weak),
        };
        let mut chosen = None;
        let combo = ComboBox::from_id_salt("choice")
            .selected_text(text)
            .truncate()
            .width(ui.available_width())
            .show_ui(ui, |ui| {
                for choice in choices {
                    let is_held = self.held == Some(choice);
                    if ui.selectable_label(is_held, choice.to_string()).clicked() {
                        // A click closes the list by itself, Enter does not.
                        ui.close();
                        chosen = Some(choice.clone());
                    }
                }
            });
        let mut response = combo.response.accessible_name(self.label());
        if !self.fits() {
            response = response.on_hover_text(self.misfit_text());
        }
        drop(response);
        self.set(chosen?)
    }

    fn path_ui(&mut self, ui: &mut Ui) -> Option<ValueEdit> {
        let height = ui.spacing().interact_size.y;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x /= 2.0;
            let button = Button::new("…").min_size(vec2(height, height));
            // The button first, from the right: the field takes what is left.
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let browse = ui
                    .add(button)
                    .on_hover_text("Choose…")
                    .accessible_name(format!("Browse {}", self.label()));
                let typed = self.text_ui(ui, |typed| Some(Value::text(typed)));
                browse.clicked().then_some(ValueEdit::Browse).or(typed)
            })
            .inner
        })
        .inner
    }

    fn link_only_ui(&self, ui: &mut Ui) {
        let text = match self.held {
            Some(Value::None) | None if self.input.is_optional || self.takes_none() => {
                format!("{} (optional)", self.input.ty)
            }
            Some(Value::None) | None => self.input.ty.to_string(),
            Some(value) => value.to_string(),
        };
        ui.add(egui::Label::new(RichText::new(text).weak()).truncate());
    }
}

/// Is a pointer or a key still at this widget?
fn is_held(ui: &Ui, response: &Response) -> bool {
    let arrows = [
        Key::ArrowUp,
        Key::ArrowDown,
        Key::ArrowLeft,
        Key::ArrowRight,
    ];
    response.dragged()
        || ui.memory(|memory| memory.has_focus(response.id))
            && ui.input(|input| arrows.iter().any(|key| input.key_down(*key)))
}

#[cfg(test)]
mod tests;
