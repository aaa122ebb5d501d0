package tool

// Finish ends what is being drawn as if the hand had, where the study is about to
// be left: an outline of three points or more is filled, as one step. It reports
// whether that changed anything.
func (k *Kit) Finish() (filled bool) {
	s := k.viewer.Session()
	before := s.Revision()
	k.tools[Polygon].(*polygon).fill(false)
	return s.Revision() != before
}
