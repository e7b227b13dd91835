//! Camera: which part of the graph is on the screen. Positions say their space; pure geometry.

use crate::graph::{Pos2, Rect, Vec2};

pub const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.004..=4.0;

/// Maps graph units to screen points: at zoom 1 one unit is one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The graph position that lies in the upper left corner of the canvas.
    pub origin_in_graph: Pos2,
    pub zoom: f32,
    /// The canvas on the screen.
    pub screen: Rect,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            origin_in_graph: Pos2::new(-60.0, -60.0),
            zoom: 1.0,
            screen: Rect::from_min_size(Pos2::ZERO, Vec2::new(800.0, 600.0)),
        }
    }
}

impl Camera {
    pub fn screen_from_graph(&self, pos_in_graph: Pos2) -> Pos2 {
        self.screen.min + (pos_in_graph - self.origin_in_graph) * self.zoom
    }

    pub fn graph_from_screen(&self, pos_on_screen: Pos2) -> Pos2 {
        self.origin_in_graph + (pos_on_screen - self.screen.min) / self.zoom
    }

    pub fn rect_on_screen(&self, rect_in_graph: Rect) -> Rect {
        Rect::from_min_max(
            self.screen_from_graph(rect_in_graph.min),
            self.screen_from_graph(rect_in_graph.max),
        )
    }

    /// What is to be seen, in graph space.
    pub fn view_in_graph(&self) -> Rect {
        Rect::from_min_max(
            self.graph_from_screen(self.screen.min),
            self.graph_from_screen(self.screen.max),
        )
    }

    pub fn pan(&mut self, by_on_screen: Vec2) {
        self.origin_in_graph -= by_on_screen / self.zoom;
    }

    /// Zoom by `factor` so that what lies under `pos_on_screen` stays there.
    pub fn zoom_at(&mut self, pos_on_screen: Pos2, factor: f32) {
        let fixed = self.graph_from_screen(pos_on_screen);
        self.zoom = (self.zoom * factor).clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end());
        self.origin_in_graph = fixed - (pos_on_screen - self.screen.min) / self.zoom;
    }

    /// Show all of `rect_in_graph` with some room around it, never larger than 100 %.
    pub fn fit(&mut self, rect_in_graph: Rect) {
        if !rect_in_graph.is_finite() || !self.screen.is_positive() {
            return;
        }
        let room = rect_in_graph.expand(40.0).size().max(Vec2::splat(1.0));
        let zoom = (self.screen.width() / room.x).min(self.screen.height() / room.y);
        self.zoom = zoom.clamp(*ZOOM_RANGE.start(), 1.0);
        self.center_on(rect_in_graph.center());
    }

    pub fn center_on(&mut self, pos_in_graph: Pos2) {
        self.origin_in_graph = pos_in_graph - self.screen.size() / (2.0 * self.zoom);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Pos2, b: Pos2) -> bool {
        (a - b).length() < 0.01
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let mut camera = Camera::default();
        let pointer = Pos2::new(300.0, 200.0);
        let before = camera.graph_from_screen(pointer);
        for factor in [1.5, 0.2, 100.0, 1e-9] {
            camera.zoom_at(pointer, factor);
            assert!(close(camera.graph_from_screen(pointer), before), "{factor}");
            assert!(ZOOM_RANGE.contains(&camera.zoom));
        }
    }

    #[test]
    fn fitting_shows_everything() {
        let mut camera = Camera::default();
        for rect in [
            Rect::from_min_max(Pos2::new(-500.0, 0.0), Pos2::new(9000.0, 100.0)),
            Rect::from_min_max(Pos2::new(5.0, 5.0), Pos2::new(6.0, 6.0)),
        ] {
            camera.fit(rect);
            assert!(camera.view_in_graph().expand(0.1).contains_rect(rect));
            assert!(camera.zoom <= 1.0);
        }
        let before = camera;
        camera.fit(Rect::NOTHING);
        assert_eq!(camera, before);
    }

    #[test]
    fn there_and_back() {
        let mut camera = Camera::default();
        camera.zoom_at(Pos2::new(10.0, 20.0), 0.37);
        camera.pan(Vec2::new(13.0, -7.0));
        let pos = Pos2::new(123.0, 456.0);
        assert!(close(
            camera.graph_from_screen(camera.screen_from_graph(pos)),
            pos
        ));
    }
}
