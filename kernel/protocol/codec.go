package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// delimiter stands between the routing ids and the signature.
var delimiter = []byte("<IDS|MSG>")

var emptyObject = []byte("{}")

// Errors of [Decode]; test with errors.Is.
var (
	// ErrSignature means that the message was not signed with the key of the
	// connection: it came from a stranger, or from a client of another kernel.
	ErrSignature = errors.New("wrong signature")
	// ErrMalformed means that the frames are not a message of the protocol.
	ErrMalformed = errors.New("malformed message")
)

// UnknownKindError is the error of [Decode] for a well-formed, rightly signed
// message of a kind that the table lacks. The specification says to ignore it.
type UnknownKindError struct {
	Kind string
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("unknown message type %.80q", e.Kind)
}

// filler is a content with lists or objects that must not be sent as null.
// filled returns a copy that has none.
type filler interface{ filled() any }

// Encode returns the frames of m: identities, delimiter, signature, header,
// parent header, metadata, content, buffers. The frames share the memory of
// m's identities and buffers.
func Encode(m *Message, s *Signer) (frames [][]byte, err error) {
	header, err := marshal(m.Header)
	if err != nil {
		return nil, fmt.Errorf("encode %s: header: %w", m.Header.MsgType, err)
	}
	parent := []byte(m.ParentRaw)
	if len(parent) == 0 {
		if parent, err = marshal(m.Parent); err != nil {
			return nil, fmt.Errorf("encode %s: parent header: %w", m.Header.MsgType, err)
		}
	}
	metadata := emptyObject
	if len(m.Metadata) > 0 {
		if metadata, err = marshal(m.Metadata); err != nil {
			return nil, fmt.Errorf("encode %s: metadata: %w", m.Header.MsgType, err)
		}
	}
	texts := large{}
	c := texts.take(m.Content)
	if f, ok := c.(filler); ok {
		c = f.filled()
	}
	body, err := marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode %s: content: %w", m.Header.MsgType, err)
	}
	body = texts.put(body)
	frames = make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, delimiter, nil, header, parent, metadata, body)
	signed := frames[len(frames)-4:]
	frames[len(frames)-5] = s.sign(signed)
	return append(frames, m.Buffers...), nil
}

// marshal is json.Marshal without the escapes for HTML, which would make
// pages of <, > and & up to six times as long, and with {} for nil.
func marshal(v any) ([]byte, error) {
	var b once
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(b, []byte{'\n'})
	if string(out) == "null" {
		return emptyObject, nil
	}
	return out, nil
}

// once keeps what is written to it. A json.Encoder writes a value in one
// piece, for which a bytes.Buffer would clear memory first: 40 ms of the 130
// that a display of 50 MB took.
type once []byte

func (o *once) Write(p []byte) (int, error) {
	*o = append(*o, p...)
	return len(p), nil
}

// Decode verifies and decodes the frames of a message. It keeps and does not
// change them. Fields that it does not know are ignored and fields that are
// missing have the default of the specification; only the id and the type of a
// message must be there.
//
// The error is ErrSignature, ErrMalformed (both by errors.Is) or an
// *UnknownKindError; with the last one the message is returned too, its
// content a *json.RawMessage.
func Decode(frames [][]byte, s *Signer) (*Message, error) {
	at := -1
	for i, f := range frames {
		if bytes.Equal(f, delimiter) {
			at = i
			break
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("%w: no <IDS|MSG> frame among %d", ErrMalformed, len(frames))
	}
	rest := frames[at+1:]
	if len(rest) < 5 {
		return nil, fmt.Errorf("%w: %d frames after <IDS|MSG>, want at least 5", ErrMalformed, len(rest))
	}
	signed := rest[1:5]
	if !s.verify(rest[0], signed) {
		return nil, ErrSignature
	}
	m := &Message{
		Identities: frames[:at:at],
		ContentRaw: signed[3],
		Buffers:    rest[5:],
		headerRaw:  signed[0],
	}
	if err := m.decodeHeaders(signed[0], signed[1], signed[2]); err != nil {
		return nil, err
	}
	kind, known := Lookup(m.Header.MsgType)
	if !known {
		raw := json.RawMessage(signed[3])
		m.Content = &raw
		return m, &UnknownKindError{Kind: m.Header.MsgType}
	}
	m.Content = kind.New()
	if err := unmarshalObject(signed[3], m.Content); err != nil {
		return nil, fmt.Errorf("%w: content of %s: %w", ErrMalformed, kind.Name, err)
	}
	return m, nil
}

// decodeHeaders fills in everything of m that stands before the content.
func (m *Message) decodeHeaders(header, parent, metadata []byte) error {
	if err := unmarshalObject(header, &m.Header); err != nil {
		return fmt.Errorf("%w: header: %w", ErrMalformed, err)
	}
	if m.Header.MsgID == "" || m.Header.MsgType == "" {
		return fmt.Errorf("%w: header without msg_id or msg_type", ErrMalformed)
	}
	if !isEmptyObject(parent) {
		m.Parent = new(Header)
		m.ParentRaw = parent
		if err := unmarshalObject(parent, m.Parent); err != nil {
			return fmt.Errorf("%w: parent header: %w", ErrMalformed, err)
		}
	}
	if isEmptyObject(metadata) {
		return nil
	}
	var raw map[string]json.RawMessage
	if err := unmarshalObject(metadata, &raw); err != nil {
		return fmt.Errorf("%w: metadata: %w", ErrMalformed, err)
	}
	m.Metadata = make(map[string]any, len(raw))
	for k, v := range raw {
		m.Metadata[k] = v
	}
	return nil
}

// unmarshalObject decodes a JSON object, and nothing else, into v. It checks
// the first byte because json takes null for every type.
func unmarshalObject(data []byte, v any) error {
	if t := bytes.TrimLeft(data, " \t\r\n"); len(t) == 0 || t[0] != '{' {
		return fmt.Errorf("not a JSON object: %.40q", data)
	}
	return json.Unmarshal(data, v)
}

// isEmptyObject tells {} and, as some clients write it, null.
func isEmptyObject(data []byte) bool {
	s := string(bytes.TrimSpace(data))
	return s == "{}" || s == "null"
}
