//! List: a long list of rows that keys walk in. Only the rows in sight are painted, Tab stops at one of them, and the
//! list scrolls with the walk. Knows rows by their place alone.

use egui::{FocusDirection, Id, Key, Modifiers, ScrollArea, Ui};

use super::{focus, theme};

/// Where the keyboard is in a list, or would come to by Tab, and how the list lies.
#[derive(Clone, Debug, Default)]
pub struct List {
    at: usize,
    offset: f32,
    height: f32,
}

impl List {
    /// Show the rows in sight. `row_ui` shows one, whose widget must have the id that it is given.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        mut area: ScrollArea,
        list: Id,
        count: usize,
        mut row_ui: impl FnMut(&mut Ui, usize, Id),
    ) {
        let pitch = theme::ROW + ui.spacing().item_spacing.y;
        self.at = self.at.min(count.saturating_sub(1));
        let has_focus = |ui: &Ui, at: usize| ui.memory(|memory| memory.has_focus(list.with(at)));
        let is_walking = has_focus(ui, self.at);
        if is_walking && self.walk(ui, count, pitch) {
            ui.memory_mut(|memory| {
                // egui would walk to whatever lies in the arrow's direction.
                memory.move_focus(FocusDirection::None);
                memory.request_focus(list.with(self.at));
            });
            let top = self.at as f32 * pitch;
            let offset = self.offset.clamp(top + pitch - self.height, top.max(0.0));
            area = area.vertical_scroll_offset(offset.max(0.0));
        }
        let shown = area.show_rows(ui, theme::ROW, count, |ui, rows| {
            if !is_walking && !rows.is_empty() {
                self.at = self.at.clamp(rows.start, rows.end - 1);
            }
            for at in rows {
                row_ui(ui, at, list.with(at));
                if has_focus(ui, at) {
                    self.at = at;
                }
                focus::note_row(ui.ctx(), list.with(at), at == self.at);
            }
        });
        self.offset = shown.state.clamped_offset().y;
        self.height = shown.inner_rect.height();
    }

    /// True: a key led to another row, or would have but for the list's end.
    fn walk(&mut self, ui: &mut Ui, count: usize, pitch: f32) -> bool {
        let page = ((self.height / pitch) as isize - 1).max(1);
        let most = count as isize;
        let mut is_walked = false;
        for (key, by) in [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, page),
            (Key::PageUp, -page),
            (Key::End, most),
            (Key::Home, -most),
        ] {
            let presses = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
            for _ in 0..presses {
                let last = count.saturating_sub(1);
                self.at = self.at.saturating_add_signed(by).min(last);
                is_walked = true;
            }
        }
        is_walked
    }
}
