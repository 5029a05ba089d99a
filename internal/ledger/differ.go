package ledger

// Differing returns the records whose contributions to the first figures of two
// queries differ, with other's less base's: those that differ most first, at most
// limit of them (all for a negative limit), and the total of all. A record that
// adds the same to both is not among them.
func (v *View) Differing(base, other Query, limit int) ([]Contribution, Total) {
	base.Figures, other.Figures = base.Figures[:1], other.Figures[:1]
	less, more := v.contributors(&base), v.contributors(&other)
	// Both ascend by slot.
	found := make([]contributor, 0, len(more))
	for len(less) > 0 || len(more) > 0 {
		var c contributor
		switch {
		case len(less) == 0 || len(more) > 0 && more[0].slot < less[0].slot:
			c, more = more[0], more[1:]
		case len(more) == 0 || less[0].slot < more[0].slot:
			c = contributor{less[0].slot, Amount{-less[0].Cases, -less[0].Dong}}
			less = less[1:]
		default:
			c = contributor{more[0].slot, Amount{more[0].Cases - less[0].Cases, more[0].Dong - less[0].Dong}}
			less, more = less[1:], more[1:]
		}
		if !c.IsZero() {
			found = append(found, c)
		}
	}
	total := Total{Records: len(found)}
	for i := range found {
		total.Cases += found[i].Cases
		total.Dong += found[i].Dong
	}
	end := len(found)
	if limit >= 0 {
		end = min(end, limit)
	}
	v.arrange(found, 0, end)
	out := make([]Contribution, 0, end)
	for _, f := range found[:end] {
		out = append(out, Contribution{ID: v.ids[f.slot], Book: v.books[f.slot], Amount: f.Amount})
	}
	return out, total
}
