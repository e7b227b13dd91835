//! Hiding: a log's writer that secrets do not come through.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;

/// Writes what `W` writes, without secrets. Each write is a whole entry of the log, as tracing gives them.
#[derive(Debug)]
pub struct Hiding<W>(pub W);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Hiding<M> {
    type Writer = Hiding<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Hiding(self.0.make_writer())
    }
}

impl<W: Write> Write for Hiding<W> {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        self.0.write_all(super::text(&text).as_bytes())?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
