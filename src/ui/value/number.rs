//! Numbers: a field to drag or to type in, and a slider. Ints stay ints, floats stay floats, and an int is exact even
//! where a float is not.

use std::cell::Cell;

use egui::{DragValue, Rect, Slider, SliderClamping, Ui, vec2};

use super::{Field, ValueEdit, is_held};
use crate::graph::{Value, ValueType};
use crate::ui::theme;

/// What numbers an input takes.
pub(super) struct Number {
    takes_int: bool,
    takes_float: bool,
    min: f64,
    max: f64,
    step: Option<f64>,
}

impl Number {
    pub(super) fn new(
        ty: &ValueType,
        min: Option<f64>,
        max: Option<f64>,
        step: Option<f64>,
    ) -> Self {
        fn has(ty: &ValueType, wanted: &ValueType) -> bool {
            match ty {
                ValueType::Optional(inner) => has(inner, wanted),
                ValueType::Union(members) => members.iter().any(|member| has(member, wanted)),
                ValueType::Any => true,
                other => other == wanted,
            }
        }
        let takes_float = has(ty, &ValueType::Float);
        Self {
            takes_int: has(ty, &ValueType::Int) || !takes_float,
            takes_float,
            min: min.unwrap_or(f64::NEG_INFINITY),
            max: max.unwrap_or(f64::INFINITY),
            step: step.filter(|step| *step > 0.0),
        }
    }

    /// Can the number field show it? An int does for a float; the other way something would be lost.
    pub(super) fn fits(&self, value: &Value) -> bool {
        match value {
            Value::Int(_) => true,
            Value::Float(float) => self.takes_float && float.is_finite(),
            _ => false,
        }
    }

    /// The number that was typed, kept within the bounds.
    pub(super) fn read(&self, typed: &str) -> Option<Value> {
        let typed = typed.trim();
        if self.takes_int
            && let Ok(int) = typed.parse::<i64>()
            && (self.min..=self.max).contains(&(int as f64))
        {
            return Some(Value::Int(int));
        }
        let float: f64 = typed.parse().ok().filter(|float: &f64| float.is_finite())?;
        let float = float.clamp(self.min, self.max);
        if self.takes_float {
            Some(Value::Float(float))
        } else {
            (float.fract() == 0.0).then_some(Value::Int(float as i64))
        }
    }

    /// The value for a number that a widget gave; `like` is the one before, `exact` the int that was typed.
    fn value(&self, number: f64, exact: Option<i64>, like: &Value) -> Value {
        let exact = exact.filter(|int| *int as f64 == number);
        let stays_int = !self.takes_float
            || self.takes_int
                && number.fract() == 0.0
                && (exact.is_some() || matches!(like, Value::Int(_)));
        if stays_int {
            Value::Int(exact.unwrap_or(number.round() as i64))
        } else {
            Value::Float(number)
        }
    }

    /// The nearest multiple of the step, counted from the lower bound where there is one.
    fn snap(&self, number: f64) -> f64 {
        let Some(step) = self.step else { return number };
        let from = if self.min.is_finite() { self.min } else { 0.0 };
        let snapped = from + ((number - from) / step).round() * step;
        // What the step's own decimals cannot say is noise of the arithmetic: 0.30000000000000004.
        let decimals = (0..12).find(|decimals| {
            let scaled = step * 10_f64.powi(*decimals);
            (scaled - scaled.round()).abs() < 1e-9 * scaled
        });
        let snapped = decimals.map_or(snapped, |decimals| {
            emath::round_to_decimals(snapped, decimals as usize)
        });
        snapped.clamp(self.min, self.max)
    }

    fn has_range(&self) -> bool {
        self.min.is_finite() && self.max.is_finite() && self.min < self.max
    }

    /// Change per point that the pointer is dragged.
    fn speed(&self, number: f64) -> f64 {
        let whole = !self.takes_float;
        let speed = if self.has_range() {
            (self.max - self.min) / 250.0
        } else if let Some(step) = self.step {
            step / 4.0
        } else if whole {
            (number.abs() / 200.0).max(0.2)
        } else {
            (number.abs() / 200.0).max(0.005)
        };
        if whole { speed.max(0.02) } else { speed }
    }
}

impl Field<'_> {
    /// A number that is dragged sideways or typed.
    pub(super) fn number_ui(
        &mut self,
        ui: &mut Ui,
        number: &Number,
        value: &Value,
    ) -> Option<ValueEdit> {
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        ui.scope(|ui| self.drag_ui(ui, number, value, size)).inner
    }

    /// On the node the field itself shows how far along its range the value is; in the inspector a slider does.
    pub(super) fn slider_ui(
        &mut self,
        ui: &mut Ui,
        number: &Number,
        value: &Value,
    ) -> Option<ValueEdit> {
        if self.compact || !number.has_range() {
            return self.number_ui(ui, number, value);
        }
        let height = ui.spacing().interact_size.y;
        ui.horizontal(|ui| {
            let gap = ui.spacing().item_spacing.x;
            let width = ui.available_width() - theme::SLIDER_FIELD_WIDTH - gap;
            ui.spacing_mut().slider_width = width.max(40.0);
            let mut float = value.as_f64().unwrap_or_default();
            let before = float;
            let range = number.min..=number.max;
            let slider = Slider::new(&mut float, range)
                .show_value(false)
                .clamping(SliderClamping::Edits);
            let slider = match number.step {
                Some(step) => slider.step_by(step),
                None if !number.takes_float => slider.step_by(1.0),
                None => slider,
            };
            let response = ui
                .add(slider)
                .accessible_name(format!("{} slider", self.label()));
            if float != before {
                let value = number.value(number.snap(float), None, value);
                self.drafts.put(&self.port, response.id, None, Some(value));
            }
            let slid = self.end_gesture(ui, response.id, is_held(ui, &response));
            let shown = self.shown().unwrap_or_else(|| value.clone());
            let size = vec2(theme::SLIDER_FIELD_WIDTH, height);
            let typed = self.drag_ui(ui, number, &shown, size);
            slid.or(typed)
        })
        .inner
    }

    fn drag_ui(
        &mut self,
        ui: &mut Ui,
        number: &Number,
        value: &Value,
        size: egui::Vec2,
    ) -> Option<ValueEdit> {
        let palette = theme::palette(ui.ctx());
        let ground = ui.visuals().text_edit_bg_color();
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.weak_bg_fill = ground;
        widgets.hovered.weak_bg_fill = ground;
        let mut float = value.as_f64().unwrap_or_default();
        let before = float;
        let is_typing = ui.memory(|memory| memory.has_focus(ui.next_auto_id()));
        let typed_int = Cell::new(None);
        let speed = match number.step {
            Some(step) if is_typing => step,
            None if is_typing && !number.takes_float => 1.0,
            _ => number.speed(float),
        };
        let drag = DragValue::new(&mut float)
            .range(number.min..=number.max)
            .clamp_existing_to_range(false)
            .update_while_editing(false)
            .speed(speed)
            .max_decimals(12)
            .min_size(size)
            .custom_formatter(|shown, _| match value {
                Value::Int(int) if *int as f64 == shown => int.to_string(),
                _ if is_typing => shown.to_string(),
                _ => short(shown),
            })
            .custom_parser(|typed| {
                typed_int.set(typed.trim().parse().ok());
                typed.trim().replace(',', ".").parse().ok()
            });
        let response = ui.add(drag).accessible_name(self.label());
        if self.compact && number.has_range() && !is_typing {
            let part = ((before - number.min) / (number.max - number.min)).clamp(0.0, 1.0);
            // Between the round corners.
            let rect = response
                .rect
                .shrink2(egui::vec2(f32::from(theme::RADIUS), 0.0));
            let bar = Rect::from_min_max(
                egui::pos2(rect.left(), rect.bottom() - theme::RANGE_BAR),
                egui::pos2(rect.left() + rect.width() * part as f32, rect.bottom()),
            );
            ui.painter().rect_filled(bar, 0.0, palette.accent);
        }
        let is_escaped = self.drafts.is_escaped(ui);
        if response.changed() && float.is_finite() && !is_escaped {
            let float = if response.dragged() {
                number.snap(float)
            } else {
                float
            };
            let value = number.value(float, typed_int.get(), value);
            self.drafts.put(&self.port, response.id, None, Some(value));
        }
        let is_going_on = response.dragged() || ui.memory(|memory| memory.has_focus(response.id));
        self.end_gesture(ui, response.id, is_going_on)
    }
}

/// A number short enough for a field; typing shows all of it.
fn short(number: f64) -> String {
    let size = number.abs();
    if number != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{number:.3e}");
    }
    let digits_before = size.log10().floor().max(0.0) as usize;
    let decimals = 6_usize.saturating_sub(digits_before);
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        let text = text.trim_end_matches('0');
        text.strip_suffix('.')
            .map_or_else(|| text.to_owned(), |whole| format!("{whole}.0"))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_short_and_reads_like_python() {
        for (number, expected) in [
            (0.0, "0.0"),
            (2.0, "2.0"),
            (0.1 + 0.2, "0.3"),
            (1.0 / 3.0, "0.333333"),
            (123_456.75, "123456.8"),
            (1e-7, "1.000e-7"),
            (-2.5, "-2.5"),
            (6.02e23, "6.020e23"),
        ] {
            assert_eq!(short(number), expected);
        }
    }

    #[test]
    fn ints_stay_ints_and_steps_leave_no_noise() {
        let int = Number::new(&ValueType::Int, None, None, None);
        let float = Number::new(&ValueType::Float, Some(0.0), Some(1.0), Some(0.1));
        let either = ValueType::Union(vec![ValueType::Int, ValueType::Float]);
        let either = Number::new(&either, None, None, None);
        assert_eq!(int.read("3"), Some(Value::Int(3)));
        assert_eq!(int.read("3.0"), Some(Value::Int(3)));
        assert_eq!(int.read("3.5"), None);
        assert_eq!(
            int.read("9007199254740993"),
            Some(Value::Int(9_007_199_254_740_993))
        );
        assert_eq!(float.read("3"), Some(Value::Float(1.0)));
        assert_eq!(float.read("inf"), None);
        assert_eq!(float.snap(0.31), 0.3);
        assert_eq!(float.snap(7.0), 1.0);
        assert_eq!(either.read("3"), Some(Value::Int(3)));
        assert_eq!(either.read("3.5"), Some(Value::Float(3.5)));
        assert_eq!(
            either.value(4.0, None, &Value::Float(3.0)),
            Value::Float(4.0)
        );
        assert_eq!(either.value(4.0, None, &Value::Int(3)), Value::Int(4));
        assert!(!int.fits(&Value::Float(1.5)));
    }
}
