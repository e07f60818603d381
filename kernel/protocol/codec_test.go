package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func testSigner(t testing.TB) *Signer {
	t.Helper()
	s, err := NewSigner("hmac-sha256", []byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sampleFrames returns a message with everything that a message can have.
func sampleFrames(t testing.TB, s *Signer) [][]byte {
	t.Helper()
	parent := NewMessage("comm_open", "s", nil, nil)
	m := NewMessage("comm_msg", "s", parent, CommMsg{CommID: "c", Data: json.RawMessage(`{"a":1}`)})
	m.Identities = [][]byte{[]byte("id"), []byte("more")}
	m.Metadata = map[string]any{"version": "2.1.0"}
	m.Buffers = [][]byte{[]byte("buffer")}
	frames, err := Encode(m, s)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func TestSignature(t *testing.T) {
	s := testSigner(t)
	frames := sampleFrames(t, s)
	if _, err := Decode(frames, s); err != nil {
		t.Fatal(err)
	}
	change := func(i int, to []byte) [][]byte {
		c := append([][]byte(nil), frames...)
		c[i] = to
		return c
	}
	for i := 3; i <= 7; i++ { // signature, header, parent, metadata, content
		flipped := append([]byte(nil), frames[i]...)
		flipped[len(flipped)/2] ^= 1
		if _, err := Decode(change(i, flipped), s); !errors.Is(err, ErrSignature) {
			t.Errorf("frame %d changed: %v, want ErrSignature", i, err)
		}
	}
	for name, sig := range map[string]string{
		"none": "", "half": string(frames[3][:32]), "upper case": strings.ToUpper(string(frames[3])),
		"longer": string(frames[3]) + "00",
	} {
		if _, err := Decode(change(3, []byte(sig)), s); !errors.Is(err, ErrSignature) {
			t.Errorf("signature %s: %v, want ErrSignature", name, err)
		}
	}
	other, _ := NewSigner("hmac-sha256", []byte("other key"))
	if _, err := Decode(frames, other); !errors.Is(err, ErrSignature) {
		t.Errorf("other key: %v, want ErrSignature", err)
	}
	// The specification signs the four JSON frames, not the buffers.
	if _, err := Decode(change(8, []byte("other")), s); err != nil {
		t.Errorf("other buffer: %v", err)
	}
	// A signature is checked before anything is parsed.
	if _, err := Decode(change(4, []byte("{")), s); !errors.Is(err, ErrSignature) {
		t.Errorf("unsigned garbage: %v, want ErrSignature", err)
	}
}

func TestSigner(t *testing.T) {
	none, err := NewSigner("hmac-sha256", nil)
	if err != nil {
		t.Fatal(err)
	}
	frames := sampleFrames(t, none)
	if len(frames[3]) != 0 {
		t.Errorf("signature without a key: %q", frames[3])
	}
	if _, err := Decode(sampleFrames(t, testSigner(t)), none); err != nil {
		t.Errorf("without a key every signature is taken: %v", err)
	}
	for scheme, size := range map[string]int{"hmac-sha256": 64, "hmac-sha384": 96, "hmac-sha512": 128, "": 64} {
		s, err := NewSigner(scheme, []byte("k"))
		if err != nil {
			t.Errorf("%s: %v", scheme, err)
			continue
		}
		frames := sampleFrames(t, s)
		if len(frames[3]) != size {
			t.Errorf("%s: signature of %d digits, want %d", scheme, len(frames[3]), size)
		}
		if _, err := Decode(frames, s); err != nil {
			t.Errorf("%s: %v", scheme, err)
		}
	}
	for _, scheme := range []string{"hmac-md5", "sha256", "none"} {
		if _, err := NewSigner(scheme, []byte("k")); err == nil || !strings.Contains(err.Error(), scheme) {
			t.Errorf("%s: error %v", scheme, err)
		}
	}
}

// TestSignerShared signs from several goroutines; the race detector looks on.
func TestSignerShared(t *testing.T) {
	s := testSigner(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 200 {
				if _, err := Decode(sampleFrames(t, s), s); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// signedFrames are frames with the given four parts, rightly signed.
func signedFrames(s *Signer, parts ...string) [][]byte {
	frames := [][]byte{[]byte("id"), delimiter, nil}
	for _, p := range parts {
		frames = append(frames, []byte(p))
	}
	frames[2] = s.sign(frames[3:])
	return frames
}

func TestDecodeRefuses(t *testing.T) {
	const header = `{"msg_id":"1","msg_type":"execute_request","session":"s"}`
	s := testSigner(t)
	for name, frames := range map[string][][]byte{
		"nothing":        {},
		"no delimiter":   {[]byte("id"), []byte("{}"), []byte("{}")},
		"only delimiter": {delimiter},
		"too few frames": {[]byte("id"), delimiter, {}, []byte("{}"), []byte("{}"), []byte("{}")},

		"header not JSON":         signedFrames(s, `{"msg_id`, `{}`, `{}`, `{}`),
		"header null":             signedFrames(s, `null`, `{}`, `{}`, `{}`),
		"header a list":           signedFrames(s, `[]`, `{}`, `{}`, `{}`),
		"header empty":            signedFrames(s, ``, `{}`, `{}`, `{}`),
		"no msg_id":               signedFrames(s, `{"msg_type":"execute_request"}`, `{}`, `{}`, `{}`),
		"no msg_type":             signedFrames(s, `{"msg_id":"1"}`, `{}`, `{}`, `{}`),
		"msg_type not a string":   signedFrames(s, `{"msg_id":"1","msg_type":7}`, `{}`, `{}`, `{}`),
		"more after the header":   signedFrames(s, header+`{}`, `{}`, `{}`, `{}`),
		"parent a string":         signedFrames(s, header, `"x"`, `{}`, `{}`),
		"metadata a list":         signedFrames(s, header, `{}`, `[1]`, `{}`),
		"content null":            signedFrames(s, header, `{}`, `{}`, `null`),
		"content cut":             signedFrames(s, header, `{}`, `{}`, `{"code":"x"`),
		"code not a string":       signedFrames(s, header, `{}`, `{}`, `{"code":["x"]}`),
		"content nested too deep": signedFrames(s, header, `{}`, `{}`, `{"a":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`}`),
	} {
		if m, err := Decode(frames, s); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v, want ErrMalformed", name, m, err)
		}
	}
}

func TestDecodeTolerates(t *testing.T) {
	s := testSigner(t)
	for name, frames := range map[string][][]byte{
		"no routing id": signedFrames(s, `{"msg_id":"1","msg_type":"kernel_info_request"}`, `{}`, `{}`, `{}`)[1:],
		"null parent":   signedFrames(s, `{"msg_id":"1","msg_type":"kernel_info_request"}`, `null`, `null`, ` {} `),
		"unknown fields": signedFrames(s, `{"msg_id":"1","msg_type":"complete_request","x":{}}`, `{"y":1}`, `{"z":null}`,
			`{"code":"a","cursor_pos":1,"new":[1]}`),
		"null fields": signedFrames(s, `{"msg_id":"1","msg_type":"execute_request","subshell_id":null}`, `{}`, `{}`,
			`{"code":"x","user_expressions":null,"store_history":null}`),
		"wrong UTF-8": signedFrames(s, `{"msg_id":"1","msg_type":"execute_request"}`, `{}`, `{}`, "{\"code\":\"\xff\"}"),
	} {
		if _, err := Decode(frames, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	s := testSigner(t)
	m, err := Decode(signedFrames(s, `{"msg_id":"1","msg_type":"create_subshell_request"}`, `{}`, `{}`, `{"a":1}`), s)
	var unknown *UnknownKindError
	if !errors.As(err, &unknown) || unknown.Kind != "create_subshell_request" {
		t.Fatalf("error %v", err)
	}
	if c, ok := m.Content.(*json.RawMessage); !ok || string(*c) != `{"a":1}` {
		t.Errorf("content %v", m.Content)
	}
}

func TestEncodeErrors(t *testing.T) {
	for name, m := range map[string]*Message{
		"content":  {Content: map[string]any{"x": math.NaN()}},
		"metadata": {Metadata: map[string]any{"x": func() {}}},
	} {
		m.Header.MsgType = "display_data"
		_, err := Encode(m, nil)
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "display_data") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestEncodeText checks that text is neither escaped for HTML nor invalid.
func TestEncodeText(t *testing.T) {
	frames, err := Encode(NewMessage("stream", "s", nil, Stream{"stdout", "<b>&한글\xff"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"name":"stdout","text":"<b>&한글\ufffd"}`; string(frames[5]) != want {
		t.Errorf("content %s, want %s", frames[5], want)
	}
}

func TestNewMessage(t *testing.T) {
	s := testSigner(t)
	header := `{"msg_id":"1","msg_type":"execute_request","x-own":[1, 2]}`
	request, err := Decode(signedFrames(s, header, `{}`, `{}`, `{"code":""}`), s)
	if err != nil {
		t.Fatal(err)
	}
	reply := NewMessage("execute_reply", "k", request, ExecuteReply{Status: StatusOK})
	frames, err := Encode(reply, s)
	if err != nil {
		t.Fatal(err)
	}
	if string(frames[0]) != "id" {
		t.Errorf("reply goes to %q", frames[0])
	}
	if string(frames[4]) != header {
		t.Errorf("parent header %s, want it as the client wrote it: %s", frames[4], header)
	}
	status := NewMessage("status", "k", request, Status{Busy})
	if len(status.Identities) != 0 {
		t.Errorf("status goes to %q, want no routing id", status.Identities)
	}
	if reply.Header.MsgID == status.Header.MsgID {
		t.Error("two messages have one id")
	}
	// What jupyter_client 8.10 takes for a time.
	pattern := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$`)
	if !pattern.MatchString(reply.Header.Date) {
		t.Errorf("date %s", reply.Header.Date)
	}
	if h := reply.Header; h.Session != "k" || h.Version != Version || h.Username == "" {
		t.Errorf("header %+v", h)
	}
}

// FuzzDecode decodes anything, signed rightly so that it is parsed. What can
// be decoded must survive being encoded and decoded again.
func FuzzDecode(f *testing.F) {
	g, _ := readGolden(f)
	for _, r := range g.Records {
		f.Add(string(r.Frames[3]), string(r.Frames[4]), string(r.Frames[5]), string(r.Frames[6]), r.Frames[0])
	}
	f.Add(`{"msg_id":"1","msg_type":"history_reply"}`, `{}`, `{}`, `{"history":[[1,2,["a",null]],[1,2,"b"]]}`, []byte{})
	f.Add(`{"msg_id":"1","msg_type":"stream"}`, `null`, `{"":{}}`, `{"text":7}`, []byte("<IDS|MSG>"))
	s := testSigner(f)
	f.Fuzz(func(t *testing.T, header, parent, metadata, content string, id []byte) {
		frames := signedFrames(s, header, parent, metadata, content)
		frames[0] = id
		m, err := Decode(frames, s)
		if _, err := Decode(frames[1:4], s); err == nil {
			t.Error("decoded a message of three frames")
		}
		if err != nil {
			return
		}
		again, err := Encode(m, s)
		if err != nil {
			t.Fatalf("encode: %v", err)
		}
		back, err := Decode(again, s)
		if err != nil {
			t.Fatalf("decode again: %v\n%q", err, again)
		}
		third, err := Encode(back, s)
		if err != nil {
			t.Fatalf("encode again: %v", err)
		}
		for i := range again {
			if !bytes.Equal(again[i], third[i]) {
				t.Errorf("frame %d changed: %s, was %s", i, third[i], again[i])
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	s := testSigner(b)
	parent := NewMessage("execute_request", "s", nil, nil)
	parent.headerRaw, _ = marshal(parent.Header)
	for name, text := range map[string]string{"small": "hello\n", "64KB": strings.Repeat("a line of text\n", 1<<12), "10MB": strings.Repeat("x", 10<<20)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Encode(NewMessage("stream", "s", parent, Stream{"stdout", text}), s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	g, s := readGolden(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(g.Records[2].Frames, s); err != nil {
			b.Fatal(err)
		}
	}
}
