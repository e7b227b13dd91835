//! Notices: short words to the user in a corner of the window, which go by themselves. Decides nothing.

use std::time::Duration;

use egui::text::LayoutJob;
use egui::{
    Align2, Area, Button, Context, Frame, Id, Label, Order, Rect, RichText, Sense, TextStyle, pos2,
    vec2,
};

use super::{Level, Notice, theme};

/// Rows of a notice; the rest is shown when the pointer rests on it. What went wrong says what to do at its end.
const ROWS: usize = 4;
const ROWS_OF_TROUBLE: usize = 9;
/// At most so many are on screen; older ones go.
const MOST: usize = 5;

/// The notices that are on screen, oldest first.
#[derive(Default)]
pub struct Notices {
    shown: Vec<Shown>,
    next_number: u64,
}

struct Shown {
    notice: Notice,
    number: u64,
    secs_left: f32,
    /// How often the same was said.
    times: u32,
}

impl Notices {
    /// Say something. What stands there already is not said twice but counted.
    pub fn add(&mut self, notice: Notice) {
        let secs = secs(notice.level, notice.text.len());
        let is_same = |shown: &&mut Shown| {
            shown.notice.text == notice.text && shown.notice.level == notice.level
        };
        if let Some(shown) = self.shown.iter_mut().find(is_same) {
            shown.times += 1;
            shown.secs_left = secs;
            return;
        }
        self.next_number += 1;
        self.shown.push(Shown {
            notice,
            number: self.next_number,
            secs_left: secs,
            times: 1,
        });
        if self.shown.len() > MOST {
            self.shown.remove(0);
        }
    }

    /// Show them, newest at the bottom. Time stands still while the pointer is on one of them.
    pub fn ui(&mut self, context: &Context) {
        let palette = theme::palette(context);
        let screen = context.content_rect();
        let mut bottom = screen.bottom() - theme::NOTICE_MARGIN.y;
        let mut is_hovered = false;
        let mut closed = None;
        for shown in self.shown.iter().rev() {
            let color = match shown.notice.level {
                Level::Info => palette.accent,
                Level::Success => palette.ok,
                Level::Warning => palette.warn,
                Level::Error => palette.error,
            };
            let area = Area::new(Id::unique(("notice", shown.number)))
                .order(Order::Tooltip)
                .pivot(Align2::RIGHT_BOTTOM)
                .fixed_pos(pos2(screen.right() - theme::NOTICE_MARGIN.x, bottom))
                .show(context, |ui| {
                    let frame =
                        Frame::popup(ui.style()).inner_margin(egui::Margin::symmetric(12, 8));
                    let inner = frame.show(ui, |ui| {
                        ui.set_max_width(theme::NOTICE_WIDTH);
                        ui.horizontal(|ui| {
                            let text = match shown.times {
                                1 => shown.notice.text.clone(),
                                times => format!("{} ({times} times)", shown.notice.text),
                            };
                            let room = theme::NOTICE_WIDTH - 2.0 * theme::ROW;
                            ui.scope(|ui| {
                                ui.set_max_width(room);
                                let font = TextStyle::Body.resolve(ui.style());
                                let color = palette.text_strong;
                                let mut job = LayoutJob::simple(text.clone(), font, color, room);
                                // What is long is told elsewhere as well: a notice hides little.
                                job.wrap.max_rows = match shown.notice.level {
                                    Level::Info | Level::Success => ROWS,
                                    Level::Warning | Level::Error => ROWS_OF_TROUBLE,
                                };
                                let label = Label::new(job).wrap().sense(Sense::hover());
                                ui.add(label).on_hover_text(text);
                            });
                            let close = Button::new(RichText::new("×").size(16.0)).frame(false);
                            let close = ui.add(close).accessible_name("Dismiss");
                            close.on_hover_text("Dismiss").clicked()
                        })
                        .inner
                    });
                    let rect = inner.response.rect;
                    let stripe =
                        Rect::from_min_size(rect.min, vec2(theme::NOTICE_STRIPE, rect.height()));
                    let clip = ui.painter().with_clip_rect(stripe);
                    clip.rect_filled(rect, ui.visuals().menu_corner_radius, color);
                    inner.inner
                });
            if area.inner {
                closed = Some(shown.number);
            }
            let rect = area.response.rect;
            is_hovered |= context
                .pointer_hover_pos()
                .is_some_and(|at| rect.contains(at));
            bottom = rect.top() - theme::GAP;
        }
        self.shown.retain(|shown| Some(shown.number) != closed);
        if !is_hovered {
            // A window that slept did not show them: a long step is not counted whole.
            self.pass(context.input(|input| input.unstable_dt).min(1.0));
        }
        if let Some(secs) = self
            .shown
            .iter()
            .map(|shown| shown.secs_left)
            .reduce(f32::min)
        {
            context.request_repaint_after(Duration::from_secs_f32(secs.clamp(0.05, 0.5)));
        }
    }

    fn pass(&mut self, secs: f32) {
        self.shown.retain_mut(|shown| {
            shown.secs_left -= secs;
            shown.secs_left > 0.0
        });
    }
}

/// How long a notice of so many letters stays, in seconds: what went wrong must be read, what went well need not.
fn secs(level: Level, letters: usize) -> f32 {
    /// As fast as slow readers read.
    const LETTERS_A_SECOND: f32 = 15.0;
    let least = match level {
        Level::Info | Level::Success => return 4.0,
        Level::Warning => 8.0,
        Level::Error => 15.0,
    };
    (letters as f32 / LETTERS_A_SECOND).clamp(least, 40.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    fn notice(level: Level, text: &str) -> Notice {
        Notice {
            level,
            text: text.into(),
        }
    }

    fn texts(notices: &Notices) -> Vec<&str> {
        notices
            .shown
            .iter()
            .map(|shown| &*shown.notice.text)
            .collect()
    }

    #[test]
    fn they_go_by_themselves_errors_last() {
        let mut notices = Notices::default();
        notices.add(notice(Level::Error, "could not save"));
        notices.add(notice(Level::Success, "saved"));
        notices.pass(5.0);
        assert_eq!(texts(&notices), ["could not save"]);
        notices.pass(11.0);
        assert_eq!(texts(&notices), [""; 0]);
    }

    #[test]
    fn the_same_is_counted_and_many_push_the_oldest_out() {
        let mut notices = Notices::default();
        for _ in 0..3 {
            notices.add(notice(Level::Info, "again"));
        }
        assert_eq!(notices.shown[0].times, 3);
        for i in 0..MOST {
            notices.add(notice(Level::Info, &i.to_string()));
        }
        assert_eq!(texts(&notices), ["0", "1", "2", "3", "4"]);
    }

    #[test]
    fn one_can_be_dismissed() {
        let mut notices = Notices::default();
        notices.add(notice(Level::Error, "could not save"));
        let mut harness = Harness::builder()
            .with_context_setup(theme::install)
            .with_step_dt(0.01)
            .build_ui_state(|ui, notices: &mut Notices| notices.ui(ui.ctx()), notices);
        harness.run_steps(3);
        harness.get_by_label("could not save");
        harness.get_by_label("Dismiss").click();
        harness.run_steps(3);
        assert_eq!(texts(harness.state()), [""; 0]);
    }
}
