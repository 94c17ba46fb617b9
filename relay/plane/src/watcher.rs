//! One viewer: what he watches, and his views of it.

use std::collections::BTreeMap;
use std::time::Instant;

use proto::screen::View;
use wire::screen::Update;
use wire::{RenditionId, Seat, SessionId};

use crate::demand::Choice;
use crate::feed::Feed;

#[derive(Debug)]
pub(crate) struct Watcher {
    session: SessionId,
    /// Whose inputs he is told; `None` for a hop, which is told of all.
    stamped: Option<Seat>,
    choices: Vec<Choice>,
    /// What its link delivers; 0: not known.
    bytes_per_second: u32,
    /// Views of all that he ever watched on this link: their numbers go on. There are few renditions.
    views: BTreeMap<RenditionId, View>,
    /// Which view was served last, so that several displays take turns.
    served: RenditionId,
}

impl Watcher {
    pub(crate) fn new(session: SessionId, stamped: Option<Seat>) -> Self {
        let (choices, views) = (Vec::new(), BTreeMap::new());
        Self { session, stamped, choices, bytes_per_second: 0, views, served: RenditionId::default() }
    }

    pub(crate) fn choices(&self) -> &[Choice] {
        &self.choices
    }

    pub(crate) fn watches(&self, rendition: RenditionId) -> bool {
        self.choices.iter().any(|choice| choice.rendition() == rendition)
    }

    /// Watches this from now on. What is not in it any more counts as freed by the viewer.
    pub(crate) fn watch(&mut self, choices: Vec<Choice>) {
        let before = std::mem::replace(&mut self.choices, choices);
        self.tell_rate();
        for gone in before
            .iter()
            .map(Choice::rendition)
            .filter(|rendition| !self.watches(*rendition))
            .collect::<Vec<_>>()
        {
            if let Some(view) = self.views.get_mut(&gone) {
                view.forget();
            }
        }
        for rendition in self.choices.iter().map(Choice::rendition) {
            let new = || View::new(self.session, rendition, self.stamped);
            self.views.entry(rendition).or_insert_with(new);
        }
    }

    /// Its link delivers so much. Whether that is news.
    pub(crate) fn note_rate(&mut self, bytes_per_second: u32) -> bool {
        let is_news = self.bytes_per_second != bytes_per_second && !self.choices.is_empty();
        self.bytes_per_second = bytes_per_second;
        self.tell_rate();
        is_news
    }

    /// A hop below knows its own viewers' rate; everybody else's is that of the link.
    fn tell_rate(&mut self) {
        let rate = self.bytes_per_second;
        for choice in self.choices.iter_mut().filter(|_| 0 < rate) {
            choice.bytes_per_second = match choice.wished_bytes_per_second {
                0 => rate,
                wished => wished.min(rate),
            };
        }
    }

    pub(crate) fn view_mut(&mut self, rendition: RenditionId) -> Option<&mut View> {
        self.views.get_mut(&rendition)
    }

    pub(crate) fn is_due(&self, feeds: &BTreeMap<RenditionId, Feed>) -> bool {
        self.choices.iter().map(Choice::rendition).any(|rendition| self.is_rendition_due(feeds, rendition))
    }

    /// The next update of the displays that he watches, in turns.
    pub(crate) fn take(
        &mut self,
        feeds: &mut BTreeMap<RenditionId, Feed>,
        now: Instant,
        bytes_max: usize,
    ) -> Option<Update> {
        let mut turns: Vec<_> = self.choices.iter().map(Choice::rendition).collect();
        turns.sort_unstable_by_key(|rendition| (*rendition <= self.served, *rendition));
        turns.into_iter().find_map(|rendition| {
            let (feed, view) = (feeds.get_mut(&rendition)?, self.views.get_mut(&rendition)?);
            let update =
                if view.is_due(&feed.store) { view.take(&mut feed.store, now, bytes_max) } else { None };
            self.served = if update.is_some() { rendition } else { self.served };
            update
        })
    }

    pub(crate) fn point_at(&mut self, display: u8, x: u16, y: u16) {
        for (rendition, view) in &mut self.views {
            view.point_at(if rendition.display() == display { Some((x, y)) } else { None });
        }
    }

    fn is_rendition_due(&self, feeds: &BTreeMap<RenditionId, Feed>, rendition: RenditionId) -> bool {
        let (Some(feed), Some(view)) = (feeds.get(&rendition), self.views.get(&rendition)) else {
            return false;
        };
        view.is_due(&feed.store)
    }
}
