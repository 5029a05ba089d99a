package thads

// Content is what the event says, apart from its recording: texts unified as
// recording unifies them, and of the record nothing but the day on which the
// event counts. Two events of one case that say the same have contents that
// differ at most in the ids of parties and obligations that one of them leaves
// to be given. What the event points to is copied where it is changed.
func (e CaseEvent) Content() CaseEvent {
	e.Record = Record{EffectiveOn: e.EffectiveOn}
	e.Unit, e.Officer = "", ""
	e.normalise()
	return e
}
