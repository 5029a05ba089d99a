package sheet

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// errPart: a part of the workbook is missing or malformed.
var errPart = errors.New("sheet: a part of the workbook is missing or malformed")

// A scanner reads the XML of a part of a workbook, which is a narrow kind of
// XML: UTF-8, without document types, with names in ASCII. It takes nothing that
// encoding/xml would refuse, and refuses some of what that would take; on the
// rows of a register it is several times as fast, because it neither copies nor
// allocates. Fuzz tests hold it against encoding/xml.
//
// What a token consists of is valid until the next one. Memory is the buffer,
// within which a tag must fit, and the names of the open elements.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	// exhausted tells that the reader has no more, marked that a byte order mark
	// has been looked for, started that something has been read, rooted that the
	// root element has begun.
	exhausted, marked, started, rooted bool

	// qualified is the name of the element that starts or stops, local the same
	// without its prefix; attrs are the attributes of one that starts.
	qualified, local []byte
	attrs            []attribute
	// text is a text as it is written, of which the other end may be in the
	// next token; traits are what it has in it.
	text   []byte
	traits trait
	// inCDATA tells that the text under way is literal, stops that the element
	// that has started is empty.
	inCDATA, stops bool
	// open are the names of the open elements one behind the other.
	open  []byte
	names []int
	depth int
	// scratch is where texts that nobody wants are checked.
	scratch []byte
}

// An attribute of a tag, its value as it is written.
type attribute struct {
	name, value []byte
	traits      trait
}

// A token is a kind of what XML consists of.
type token int

const (
	tokenEOF token = iota
	tokenStart
	tokenStop
	tokenText
)

// A trait is something about the bytes of a text that needs care.
type trait uint8

const (
	traitBad     trait = 1 << iota // a control character
	traitHigh                      // beyond ASCII
	traitAmp                       // an entity
	traitReturn                    // a carriage return
	traitBracket                   // ]
	traitLess                      // <
)

// traitOf are the traits of the bytes.
var traitOf = func() (t [256]trait) {
	for i := range t {
		switch {
		case i >= utf8.RuneSelf:
			t[i] = traitHigh
		case i == '&':
			t[i] = traitAmp
		case i == '\r':
			t[i] = traitReturn
		case i == ']':
			t[i] = traitBracket
		case i == '<':
			t[i] = traitLess
		case i < ' ' && i != '\t' && i != '\n':
			t[i] = traitBad
		}
	}
	return t
}()

// nameByte tells which bytes names consist of.
var nameByte = func() (is [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:.-" {
		is[c] = true
	}
	return is
}()

// scanName passes over a name: end is behind it, colon where it has one, else -1.
func scanName(b []byte, i int) (end, colon int) {
	colon = -1
	for ; i < len(b) && nameByte[b[i]]; i++ {
		if b[i] == ':' && colon < 0 {
			colon = i
		}
	}
	return i, colon
}

// maxTag bounds, in bytes, one tag: it must fit into the buffer.
const maxTag = 64 << 10

// newScanner begins reading XML of at most so many elements within one another.
func newScanner(r io.Reader, depth int) *scanner {
	return &scanner{r: r, buf: make([]byte, maxTag), depth: depth}
}

// fill brings more bytes into the buffer, behind those not yet used; false
// where there are no more.
func (s *scanner) fill() (bool, error) {
	if s.exhausted {
		return false, nil
	}
	if s.pos > 0 {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.buf) {
		return false, nil
	}
	n, err := io.ReadFull(s.r, s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
		// A reader that fails with unexpected end itself fails again.
		s.exhausted, err = errors.Is(err, io.EOF), nil
	}
	return n > 0, err
}

// more brings more bytes for a tag that the buffer ends within.
func (s *scanner) more() error {
	ok, err := s.fill()
	switch {
	case err != nil:
		return err
	case ok:
		return nil
	case s.exhausted:
		return io.ErrUnexpectedEOF
	}
	return reject(ReasonToken, "Tệp .xlsx có một thẻ dài quá %d KB", "A tag of the workbook exceeds %d KB", maxTag>>10)
}

// next reads the next token. Comments and processing instructions are passed
// over.
func (s *scanner) next() (token, error) {
	if s.stops {
		s.stops = false
		s.pop()
		return tokenStop, nil
	}
	for {
		if s.pos == s.end {
			if ok, err := s.fill(); err != nil {
				return tokenEOF, err
			} else if !ok {
				if len(s.names) > 0 || !s.rooted || s.inCDATA {
					return tokenEOF, io.ErrUnexpectedEOF
				}
				return tokenEOF, nil
			}
		}
		if !s.marked {
			s.marked = true
			if err := s.want(3); err != nil {
				return tokenEOF, err
			}
			if bytes.HasPrefix(s.buf[s.pos:s.end], []byte("\ufeff")) {
				s.pos += 3
				continue
			}
		}
		if s.inCDATA {
			return s.cdata()
		}
		if s.buf[s.pos] != '<' {
			s.started = true
			return s.characters()
		}
		if s.end-s.pos < 2 {
			if err := s.more(); err != nil {
				return tokenEOF, err
			}
			continue
		}
		switch s.buf[s.pos+1] {
		case '/':
			s.started = true
			return s.stopTag()
		case '?':
			if err := s.instruction(); err != nil {
				return tokenEOF, err
			}
		case '!':
			cdata, err := s.declaration()
			if err != nil {
				return tokenEOF, err
			}
			if cdata {
				s.inCDATA = true
			}
		default:
			s.started = true
			return s.startTag()
		}
		s.started = true
	}
}

// startTag reads the tag at the position.
func (s *scanner) startTag() (token, error) {
	for {
		ok, err := s.tryStartTag()
		if err != nil {
			return tokenEOF, err
		}
		if ok {
			return tokenStart, s.push()
		}
		if err := s.more(); err != nil {
			return tokenEOF, err
		}
	}
}

// tryStartTag reads a tag that is whole in the buffer; false where it is not.
func (s *scanner) tryStartTag() (bool, error) {
	b := s.buf[:s.end]
	from := s.pos + 1
	i, colon := scanName(b, from)
	if i == len(b) {
		return false, nil
	}
	name := b[from:i]
	if !isQualified(name, colon-from) {
		return false, errPart
	}
	local := name
	if colon > 0 {
		local = b[colon+1 : i]
	}
	s.attrs = s.attrs[:0]
	for {
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		if b[i] == '>' {
			i++
			break
		}
		if b[i] == '/' {
			if i+1 == len(b) {
				return false, nil
			}
			if b[i+1] != '>' {
				return false, errPart
			}
			i += 2
			s.stops = true
			break
		}
		from := i
		i, colon = scanName(b, from)
		a := attribute{name: b[from:i]}
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		if b[i] != '=' || !isQualified(a.name, colon-from) {
			return false, errPart
		}
		i++
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			return false, nil
		}
		quote := b[i]
		if quote != '"' && quote != '\'' {
			return false, errPart
		}
		i++
		from = i
		for i < len(b) && b[i] != quote {
			a.traits |= traitOf[b[i]]
			i++
		}
		if i == len(b) {
			return false, nil
		}
		a.value = b[from:i]
		i++
		if a.traits != 0 {
			if a.traits&traitLess != 0 {
				return false, errPart
			}
			if err := s.check(a.value, a.traits); err != nil {
				return false, err
			}
		}
		s.attrs = append(s.attrs, a)
	}
	s.qualified, s.local = name, local
	s.pos = i
	return true, nil
}

// isQualified tells whether a name is one, with the colon at a place within it or
// none.
func isQualified(name []byte, colon int) bool {
	if len(name) == 0 || !isNameStart(name[0]) {
		return false
	}
	if colon < 0 {
		return true
	}
	local := name[colon+1:]
	return colon > 0 && len(local) > 0 && isNameStart(local[0]) && bytes.IndexByte(local, ':') < 0
}

func isNameStart(c byte) bool { return nameByte[c] && c != '-' && c != '.' && (c < '0' || c > '9') }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// push opens an element.
func (s *scanner) push() error {
	if len(s.names) == 0 {
		if s.rooted {
			return errPart
		}
		s.rooted = true
	}
	if len(s.names) >= s.depth {
		return reject(ReasonDepth, "Tệp .xlsx có nội dung XML lồng nhau quá %d lớp; có thể là tệp phá hoại", "The XML of the workbook is nested more than %d levels; it may be an attack", s.depth)
	}
	s.names = append(s.names, len(s.open))
	s.open = append(s.open, s.qualified...)
	return nil
}

// pop closes the innermost element.
func (s *scanner) pop() {
	last := len(s.names) - 1
	s.open = s.open[:s.names[last]]
	s.names = s.names[:last]
}

// stopTag reads the tag at the position, which must be that of the innermost
// element.
func (s *scanner) stopTag() (token, error) {
	for {
		b := s.buf[:s.end]
		from := s.pos + 2
		to, colon := scanName(b, from)
		i := to
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i == len(b) {
			if err := s.more(); err != nil {
				return tokenEOF, err
			}
			continue
		}
		last := len(s.names) - 1
		if b[i] != '>' || last < 0 || !bytes.Equal(b[from:to], s.open[s.names[last]:]) {
			return tokenEOF, errPart
		}
		s.qualified = b[from:to]
		s.local = b[max(colon+1, from):to]
		s.pos = i + 1
		s.pop()
		return tokenStop, nil
	}
}

// characters reads the text at the position, or a piece of a long one.
func (s *scanner) characters() (token, error) {
	for {
		b := s.buf[:s.end]
		i := s.pos
		var traits trait
		for i < len(b) && b[i] != '<' {
			traits |= traitOf[b[i]]
			i++
		}
		n := i - s.pos
		if i == len(b) {
			ok, err := s.fill() // moves what is in the buffer
			if err != nil {
				return tokenEOF, err
			}
			if ok {
				continue
			}
			if !s.exhausted {
				n = piece(s.buf[s.pos:s.end])
			}
		}
		return s.take(n, traits, false)
	}
}

// cdata reads the literal text at the position, or a piece of it.
func (s *scanner) cdata() (token, error) {
	for {
		n := bytes.Index(s.buf[s.pos:s.end], []byte("]]>"))
		if n >= 0 {
			t, err := s.take(n, traitsOf(s.buf[s.pos:s.pos+n]), true)
			s.pos += len("]]>")
			s.inCDATA = false
			return t, err
		}
		ok, err := s.fill()
		if err != nil {
			return tokenEOF, err
		}
		if ok {
			continue
		}
		if s.exhausted {
			return tokenEOF, io.ErrUnexpectedEOF
		}
		text := s.buf[s.pos:s.end]
		return s.take(piece(text), traitsOf(text), true)
	}
}

func traitsOf(b []byte) (traits trait) {
	for _, c := range b {
		traits |= traitOf[c]
	}
	return traits
}

// take makes the next n bytes a token, of a text that has such traits. A piece of
// no bytes could not be got out of the way.
func (s *scanner) take(n int, traits trait, literal bool) (token, error) {
	if n < 0 {
		return tokenEOF, errPart
	}
	if literal {
		traits &^= traitAmp
	}
	s.text, s.traits = s.buf[s.pos:s.pos+n], traits
	s.pos += n
	if len(s.names) == 0 && (literal || len(bytes.TrimLeft(s.text, " \t\r\n")) > 0) {
		return tokenEOF, errPart // text outside the root element
	}
	if !literal && traits&traitBracket != 0 && bytes.Contains(s.text, []byte("]]>")) {
		return tokenEOF, errPart
	}
	if traits&^(traitBracket|traitReturn|traitLess) == 0 {
		return tokenText, nil
	}
	return tokenText, s.check(s.text, traits)
}

// piece returns how much of a text that fills the buffer can be taken without
// its rest: not through a character, an entity, or what ends a text; -1 where
// there is no such place.
func piece(b []byte) int {
	const margin = 64 // longer than an entity
	for n := len(b) - margin; n > len(b)/2; n-- {
		before := b[n-margin : n]
		amp := bytes.LastIndexByte(before, '&')
		if utf8.RuneStart(b[n]) && (amp < 0 || bytes.IndexByte(before[amp:], ';') > 0) && b[n-1] != ']' && b[n-1] != '\r' {
			return n
		}
	}
	return -1
}

// check tells whether a text consists of characters that XML may have.
func (s *scanner) check(b []byte, traits trait) error {
	if traits&traitBad != 0 {
		return errPart
	}
	if traits&traitHigh != 0 {
		if !utf8.Valid(b) {
			return errPart
		}
		// U+FFFE and U+FFFF are no characters.
		if bytes.Contains(b, []byte("\xef\xbf\xbe")) || bytes.Contains(b, []byte("\xef\xbf\xbf")) {
			return errPart
		}
	}
	if traits&traitAmp != 0 {
		var err error
		s.scratch, err = unescape(s.scratch[:0], b, traits)
		return err
	}
	return nil
}

// unescape appends a text as it reads.
func unescape(dst, b []byte, traits trait) ([]byte, error) {
	if traits&(traitAmp|traitReturn) == 0 {
		return append(dst, b...), nil
	}
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '\r': // line ends are \n, however they are written
			dst = append(dst, '\n')
			if i++; i < len(b) && b[i] == '\n' {
				i++
			}
		case c == '&' && traits&traitAmp != 0:
			n := bytes.IndexByte(b[i:], ';')
			if n < 0 {
				return dst, errPart
			}
			r, ok := entity(b[i+1 : i+n])
			if !ok {
				return dst, errPart
			}
			dst = utf8.AppendRune(dst, r)
			i += n + 1
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst, nil
}

// entity returns the character that an entity names: one of the five of XML, or
// by number.
func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := bytes.CutPrefix(name, []byte("#"))
	if !ok || len(digits) > 12 {
		return 0, false
	}
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(string(digits), base, 32)
	r := rune(n)
	return r, err == nil && n <= utf8.MaxRune && utf8.ValidRune(r) && (r >= ' ' || r == '\t' || r == '\n' || r == '\r') && r != 0xFFFE && r != 0xFFFF
}

// xmlDeclaration is what may stand between <?xml and ?>.
var xmlDeclaration = regexp.MustCompile(`^\s+version\s*=\s*["']1\.0["'](\s+encoding\s*=\s*["'](?i:utf-8)["'])?(\s+standalone\s*=\s*["'](yes|no)["'])?\s*$`)

// instruction passes over <?…?>. That of XML itself must come first and say
// UTF-8.
func (s *scanner) instruction() error {
	first := !s.started
	s.pos += 2
	if err := s.want(4); err != nil {
		return err
	}
	i, colon := scanName(s.buf[:s.end], s.pos)
	name := s.buf[s.pos:i]
	if i == s.end || !isQualified(name, colon-s.pos) {
		return errPart
	}
	if string(name) != "xml" {
		if c := s.buf[i]; !isSpace(c) && c != '?' {
			return errPart
		}
		s.pos = i
		return s.skipPast("?>")
	}
	if err := s.want(512); err != nil {
		return err
	}
	s.pos += len(name)
	n := bytes.Index(s.buf[s.pos:min(s.end, s.pos+500)], []byte("?>"))
	if n < 0 || !first || s.rooted || !xmlDeclaration.Match(s.buf[s.pos:s.pos+n]) {
		return errPart
	}
	s.pos += n + 2
	return nil
}

// want brings at least n bytes into the buffer where the part has them.
func (s *scanner) want(n int) error {
	if s.end-s.pos >= n {
		return nil
	}
	_, err := s.fill()
	return err
}

// skipPast passes over everything up to and with the mark.
func (s *scanner) skipPast(mark string) error {
	for {
		if n := bytes.Index(s.buf[s.pos:s.end], []byte(mark)); n >= 0 {
			s.pos += n + len(mark)
			return nil
		}
		s.pos = max(s.pos, s.end-len(mark)+1)
		if ok, err := s.fill(); err != nil {
			return err
		} else if !ok {
			return io.ErrUnexpectedEOF
		}
	}
}

// declaration reads <!…: it passes over a comment, and tells of literal text.
// There are no others: a document type is how XML is attacked.
func (s *scanner) declaration() (cdata bool, err error) {
	const literal = "<![CDATA["
	if err := s.want(len(literal)); err != nil {
		return false, err
	}
	b := s.buf[s.pos:s.end]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		s.pos += 4
		if err := s.skipPast("--"); err != nil {
			return false, err
		}
		if err := s.want(1); err != nil {
			return false, err
		}
		if s.pos == s.end || s.buf[s.pos] != '>' {
			return false, errPart
		}
		s.pos++
		return false, nil
	case bytes.HasPrefix(b, []byte(literal)):
		s.pos += len(literal)
		return true, nil
	case len(b) < len(literal) && (bytes.HasPrefix([]byte(literal), b) || bytes.HasPrefix([]byte("<!--"), b)):
		return false, io.ErrUnexpectedEOF
	}
	return false, reject(ReasonDocumentType, "Tệp .xlsx có khai báo kiểu tài liệu (DOCTYPE, ENTITY); có thể là tệp phá hoại", "The workbook declares a document type (DOCTYPE, ENTITY); it may be an attack")
}

// appendText appends the text of the token as it reads.
func (s *scanner) appendText(dst []byte) ([]byte, error) {
	return unescape(dst, s.text, s.traits)
}

// attr returns the value of an attribute by its name without prefix; "" where
// there is none. Of several, the one without a prefix is meant.
func (s *scanner) attr(name string) string {
	var found *attribute
	for i := range s.attrs {
		a := &s.attrs[i]
		if string(a.name) == name {
			found = a
			break
		}
		if found == nil && string(a.name[bytes.IndexByte(a.name, ':')+1:]) == name {
			found = a
		}
	}
	if found == nil {
		return ""
	}
	if found.traits&(traitAmp|traitReturn) == 0 {
		return string(found.value)
	}
	value, _ := unescape(nil, found.value, found.traits) // checked when it was read
	return string(value)
}

// skip passes over the rest of the element that has just started.
func (s *scanner) skip() error {
	for depth := len(s.names); ; {
		t, err := s.next()
		if err != nil {
			return err
		}
		if t == tokenStop && len(s.names) < depth {
			return nil
		}
	}
}
