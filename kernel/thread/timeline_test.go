package thread

import (
	"encoding/json"
	"testing"
	"time"
)

// TestTimeline checks that the card's times on a core add up to the processor time that the
// thread itself measured, however late the sampler came.
func TestTimeline(t *testing.T) {
	newKernel(t)
	work := func() {
		for end := cpuTime() + 20*time.Millisecond; cpuTime() < end; {
		}
		time.Sleep(20 * time.Millisecond)
	}
	raw, err := json.Marshal(Run(work, work, work).MimeMetadata()["iyagi"])
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		Tasks []struct {
			CPU    int64      `json:"cpu_us"`
			Start  int64      `json:"start_us"`
			End    int64      `json:"end_us"`
			OnCore [][4]int64 `json:"on_core_us"`
		}
	}
	if err := json.Unmarshal(raw, &m); err != nil || len(m.Tasks) != 3 {
		t.Fatalf("%v: %s", err, raw)
	}
	for i, task := range m.Tasks {
		if task.CPU == 0 {
			t.Skip("this platform does not tell")
		}
		var sum int64
		last := task.Start
		for _, p := range task.OnCore {
			if p[0] < last || p[1] > task.End {
				t.Errorf("task %d: %v is out of order, or not within %d to %d µs", i+1, p, task.Start, task.End)
			}
			sum += (p[1] - p[0]) * p[3] / 100
			last = p[1]
		}
		// What takes less than a fiftieth of a sample is left out.
		if sum < task.CPU*85/100 || sum > task.CPU*105/100+500 {
			t.Errorf("task %d: the card shows %d µs on a core, the thread measured %d: %v", i+1, sum, task.CPU, task.OnCore)
		}
	}
}
