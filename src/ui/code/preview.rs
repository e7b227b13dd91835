//! Preview: the node of a function as the canvas will draw it, by the canvas's own painting, and its help. It is only to
//! be looked at.

use std::sync::Arc;

use egui::{Label, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::File;
use crate::document::{Document, Meta};
use crate::engine::run::RunState;
use crate::graph::{Catalog, Flat, Graph, KindState, Node, NodeId, NodeKind, Pos2};
use crate::ui::canvas::{Canvas, still_ui};
use crate::ui::help::help_ui;
use crate::ui::value::Drafts;
use crate::ui::{Context, Pictures, Views, theme};

/// Around the node, in graph units.
const MARGIN: f32 = 16.0;

/// The node that is shown, with all that the canvas needs to draw it.
#[derive(Default)]
pub struct Preview {
    kind: Option<Arc<NodeKind>>,
    document: Document,
    canvas: Canvas,
    run: RunState,
    flat: Flat,
    drafts: Drafts,
}

impl Preview {
    /// The node of the function that the cursor is in. While the source is broken the last one stays.
    fn follow(&mut self, file: &mut File) {
        let code = file.code();
        if !code.is_whole
            && self
                .kind
                .as_ref()
                .is_some_and(|kind| kind.file.as_deref() == Some(&*file.path))
        {
            return;
        }
        let kind = code
            .function_at(file.line())
            .map(|function| function.kind.clone());
        if kind != self.kind {
            let node = kind
                .clone()
                .map(|kind| Node::new(NodeId(0), "preview", kind, Pos2::ZERO));
            self.document = Document::new(Graph::from_parts(node, []).0, Meta::default());
            self.canvas = Canvas::for_picture();
            self.canvas.keep_up(&self.document);
            self.drafts = Drafts::default();
            self.kind = kind;
        }
    }
}

pub fn preview_ui(ui: &mut Ui, preview: &mut Preview, file: &mut File) {
    preview.follow(file);
    let palette = theme::palette(ui.ctx());
    let Some(kind) = preview.kind.clone() else {
        let text = if file.code().is_whole {
            "No function here is a node yet: write one with def, and it is shown as it will be on the canvas"
        } else {
            "The node is shown as soon as the source can be read"
        };
        ui.add(Label::new(RichText::new(text).color(palette.text_weak)).wrap());
        return;
    };
    ScrollArea::vertical()
        .id_salt("preview")
        .auto_shrink(false)
        .show(ui, |ui| {
            if let KindState::Broken { message, .. } = &kind.state {
                theme::error_frame(palette).show(ui, |ui| {
                    ui.take_available_width();
                    let title = RichText::new(format!("{} cannot be a node", kind.function));
                    ui.label(title.strong().color(palette.error));
                    ui.add(Label::new(&**message).wrap());
                });
            } else {
                node_ui(ui, preview);
            }
            ui.add_space(theme::GAP);
            if kind.help.is_empty() {
                let text = "A docstring below the def line becomes its help";
                ui.add(Label::new(RichText::new(text).color(palette.text_weak)).wrap());
            } else {
                help_ui(ui, &kind.help);
            }
        });
}

fn node_ui(ui: &mut Ui, preview: &mut Preview) {
    let Preview {
        document,
        canvas,
        run,
        flat,
        drafts,
        ..
    } = preview;
    let Some(extent) = canvas.layout.extent() else {
        return;
    };
    let area = extent.expand(MARGIN);
    let width = ui.available_width();
    let zoom = (width / area.width()).min(1.0);
    let size = vec2(width, area.height() * zoom);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    canvas.camera.zoom = zoom;
    let aside = (width / zoom - area.width()) / 2.0;
    canvas.camera.origin_in_graph = area.min - vec2(aside, 0.0);
    let mut inside = ui.new_child(UiBuilder::new().id_salt("node").max_rect(rect));
    inside.set_clip_rect(rect.intersect(ui.clip_rect()));
    let (catalog, views, pictures) = (Catalog::default(), Views::default(), Pictures::default());
    let environment = crate::ui::environment::model::EnvironmentState::default();
    let mut context = Context {
        document,
        catalog: &catalog,
        run,
        flat,
        pictures: &pictures,
        views: &views,
        environment: &environment,
        actions: &mut Vec::new(),
    };
    still_ui(&mut inside, canvas, drafts, &mut context);
}
