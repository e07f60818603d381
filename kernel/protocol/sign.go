package protocol

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"sync"
)

// Signer makes and checks the signatures of messages. It may be used by
// several goroutines at once. A nil Signer, like one with an empty key, signs
// nothing and accepts every signature: that is how the specification switches
// signing off.
type Signer struct {
	macs sync.Pool // of hash.Hash; keying one anew would hash the key twice for each message
}

// NewSigner returns a signer for the signature_scheme and the key of a
// connection file. The scheme is hmac- and the name of a hash: Jupyter writes
// hmac-sha256; hmac-sha384 and hmac-sha512 are accepted as well.
func NewSigner(scheme string, key []byte) (*Signer, error) {
	var new func() hash.Hash
	switch scheme {
	case "hmac-sha256", "":
		new = sha256.New
	case "hmac-sha384":
		new = sha512.New384
	case "hmac-sha512":
		new = sha512.New
	default:
		return nil, fmt.Errorf("signature scheme %q is not supported: use hmac-sha256", scheme)
	}
	if len(key) == 0 {
		return nil, nil
	}
	s := &Signer{}
	key = append([]byte(nil), key...)
	s.macs.New = func() any { return hmac.New(new, key) }
	return s, nil
}

// sign returns the signature of the four JSON frames in hexadecimal; empty
// without a key.
func (s *Signer) sign(frames [][]byte) []byte {
	if s == nil {
		return []byte{}
	}
	mac := s.macs.Get().(hash.Hash)
	defer s.macs.Put(mac)
	mac.Reset()
	for _, f := range frames {
		mac.Write(f)
	}
	var sum [sha512.Size]byte
	return hex.AppendEncode(nil, mac.Sum(sum[:0]))
}

// verify tells whether signature is the frames' own. The time it takes does
// not tell how much of a wrong signature was right.
func (s *Signer) verify(signature []byte, frames [][]byte) bool {
	return s == nil || hmac.Equal(signature, s.sign(frames))
}
