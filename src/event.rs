//! EventSender and EventReceiver: a bounded channel from background work to whoever shows it, which wakes the
//! receiver. Knows no event type and no window.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
pub use tokio::sync::mpsc::error::TrySendError;

/// A channel that holds at most `capacity` events. `wake` is called from the sender's thread when there is something
/// to take, once until the receiver has found the channel empty: a burst of events is one call.
pub fn channel<T>(
    capacity: usize,
    wake: impl Fn() + Send + Sync + 'static,
) -> (EventSender<T>, EventReceiver<T>) {
    let (sender, receiver) = mpsc::channel(capacity);
    let signal = Arc::new(Signal {
        is_awake: AtomicBool::new(false),
        lock: Mutex::new(()),
        condition: Condvar::new(),
        wake: Box::new(wake),
    });
    let sender = EventSender {
        sender,
        signal: Arc::clone(&signal),
    };
    (sender, EventReceiver { receiver, signal })
}

/// The receiver is gone, so nobody wants the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody listens any more")
    }
}

impl std::error::Error for Closed {}

/// The sending end. Clones send to the same receiver.
pub struct EventSender<T> {
    sender: mpsc::Sender<T>,
    signal: Arc<Signal>,
}

/// The receiving end.
pub struct EventReceiver<T> {
    receiver: mpsc::Receiver<T>,
    signal: Arc<Signal>,
}

struct Signal {
    /// The receiver was told and has not found the channel empty since.
    is_awake: AtomicBool,
    lock: Mutex<()>,
    condition: Condvar,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl<T> Clone for EventSender<T> {
    fn clone(&self) -> Self {
        Self {
            sender: self.sender.clone(),
            signal: Arc::clone(&self.signal),
        }
    }
}

impl<T> EventSender<T> {
    /// Send from async code; waits while the channel is full.
    pub async fn send(&self, event: T) -> Result<(), Closed> {
        self.sender.send(event).await.map_err(|_| Closed)?;
        self.signal.raise();
        Ok(())
    }

    /// Send from a thread of its own, never from the UI's; waits while the channel is full.
    pub fn blocking_send(&self, event: T) -> Result<(), Closed> {
        self.sender.blocking_send(event).map_err(|_| Closed)?;
        self.signal.raise();
        Ok(())
    }

    /// Send without waiting. The event comes back when the channel is full or closed.
    pub fn try_send(&self, event: T) -> Result<(), TrySendError<T>> {
        self.put(event)?;
        self.wake();
        Ok(())
    }

    /// The same for one of many events: nobody is woken until `wake`, so that a receiver which is quicker than the
    /// sender does not go to sleep and wake up for each.
    pub fn put(&self, event: T) -> Result<(), TrySendError<T>> {
        self.sender.try_send(event)
    }

    /// Tell the receiver that there is something to take.
    pub fn wake(&self) {
        self.signal.raise();
    }
}

impl<T> EventReceiver<T> {
    /// The next event, if one is there.
    pub fn try_next(&mut self) -> Option<T> {
        if let Ok(event) = self.receiver.try_recv() {
            return Some(event);
        }
        // Looked at once more after the flag is down: an event sent in between woke nobody.
        self.signal.is_awake.store(false, Ordering::SeqCst);
        self.receiver.try_recv().ok()
    }

    /// The next event, waiting for it at most `timeout`. For threads that may wait, such as the command line's.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<T> {
        let deadline = Instant::now() + timeout;
        loop {
            if let Some(event) = self.try_next() {
                return Some(event);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            let guard = self
                .signal
                .lock
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if !self.signal.is_awake.load(Ordering::SeqCst) {
                drop(self.signal.condition.wait_timeout(guard, left));
            }
        }
    }
}

impl Signal {
    fn raise(&self) {
        if self.is_awake.swap(true, Ordering::SeqCst) {
            return;
        }
        (self.wake)();
        // With the lock held once in between, a receiver that is about to wait cannot miss the notice.
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.condition.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_burst_wakes_once_and_again_after_it_was_taken() {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let (sender, mut receiver) = channel(8, move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        for i in 0..5 {
            sender.try_send(i).unwrap();
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let taken: Vec<_> = std::iter::from_fn(|| receiver.try_next()).collect();
        assert_eq!(taken, [0, 1, 2, 3, 4]);
        sender.try_send(5).unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_full_channel_gives_the_event_back_and_a_closed_one_says_so() {
        let (sender, receiver) = channel(1, || ());
        sender.try_send("a").unwrap();
        assert!(matches!(sender.try_send("b"), Err(TrySendError::Full("b"))));
        drop(receiver);
        assert!(matches!(
            sender.try_send("c"),
            Err(TrySendError::Closed("c"))
        ));
        assert_eq!(sender.blocking_send("d"), Err(Closed));
    }

    #[test]
    fn waiting_ends_with_an_event_of_another_thread_or_with_the_time() {
        let (sender, mut receiver) = channel(1, || ());
        assert_eq!(receiver.next_timeout(Duration::from_millis(5)), None);
        let worker = std::thread::Builder::new()
            .name("sender".into())
            .spawn(move || {
                for i in 0..1000 {
                    sender.blocking_send(i).unwrap();
                }
            })
            .unwrap();
        for i in 0..1000 {
            assert_eq!(receiver.next_timeout(Duration::from_mins(1)), Some(i));
        }
        worker.join().unwrap();
    }
}
