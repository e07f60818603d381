package host

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
)

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue(2)
		if LocalQueue(q.ID) != q || LocalQueue(1) != nil {
			t.Error("the queue is not known by its ID")
		}
		ctx := context.Background()
		var all sync.WaitGroup
		for _, v := range []byte{1, 2, 3, 4} {
			all.Go(func() {
				if r, err := q.Wait(ctx, &Ask{Op: AskPut, Value: []byte{v}}); err != nil || !r.OK {
					t.Errorf("put %d: %+v, %v", v, r, err)
				}
			})
			synctest.Wait() // 3 and 4 wait for room
		}
		if r, _ := q.Wait(ctx, &Ask{Op: AskLen}); r.Len != 2 {
			t.Errorf("%d values", r.Len)
		}
		for want := byte(1); want <= 4; want++ {
			if r, err := q.Wait(ctx, &Ask{Op: AskGet, Seq: 7}); err != nil || !r.OK || r.Value[0] != want || r.Seq != 7 {
				t.Errorf("got %+v, %v, want %d", r, err, want)
			}
		}
		all.Wait()
		// One who has gone leaves the value to the next.
		q.Do(&Ask{Op: AskGet}, func(Answer) bool { return false })
		canceled, cancel := context.WithCancel(ctx)
		all.Go(func() {
			if _, err := q.Wait(canceled, &Ask{Op: AskGet}); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
		synctest.Wait()
		cancel()
		all.Wait()
		var got Answer
		q.Do(&Ask{Op: AskGet}, func(r Answer) bool { got = r; return true })
		q.Wait(ctx, &Ask{Op: AskPut, Value: []byte{9}})
		if !got.OK || got.Value[0] != 9 {
			t.Errorf("got %+v", got)
		}
		// Close: what is there can be taken, then no more.
		q.Wait(ctx, &Ask{Op: AskPut, Value: []byte{10}})
		q.Wait(ctx, &Ask{Op: AskClose})
		if r, _ := q.Wait(ctx, &Ask{Op: AskPut}); r.OK {
			t.Error("put into a closed queue")
		}
		if r, _ := q.Wait(ctx, &Ask{Op: AskGet}); !r.OK || r.Value[0] != 10 {
			t.Errorf("got %+v", r)
		}
		if r, _ := q.Wait(ctx, &Ask{Op: AskGet}); r.OK {
			t.Errorf("got %+v of an empty queue", r)
		}
	})
}

func TestShare(t *testing.T) {
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if Shared(f) {
		t.Error("shared before Share")
	}
	if Share(f); !Shared(f) {
		t.Error("not shared")
	}
	if Unshare(f); Shared(f) {
		t.Error("shared after Unshare")
	}
}
