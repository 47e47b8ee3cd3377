// openload sends requests to a gRPC method at random times, whether or not earlier ones have been
// answered, and counts latency from the time when each was due; or, without -q, one as soon as
// another is answered. It prints one JSON line: what was
// answered, what within the objective, what was refused, and who used the CPU.
//
// One goroutine does everything on a few connections, so that the tool needs less of its core than
// the server of its own.
package main

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sort"
	"strings"
	"syscall"
	"time"
)

const (
	prSetTimerSlack = 29
	mostSockets     = 64 // what one word of a select set holds, with those of the runtime
)

func main() {
	address := flag.String("url", "", "HOST:PORT of the server")
	method := flag.String("grpc", "", "full method, /package.Service/Method")
	body := flag.String("body", "", "file with the serialised message")
	rate := flag.Float64("q", 0, "requests per second; 0: always -c in flight")
	objective := flag.Duration("objective", 0, "an answer is good within this time; 0: always")
	measured := flag.Duration("d", 3*time.Second, "time that is measured")
	warm := flag.Duration("w", time.Second, "load before that")
	grace := flag.Duration("grace", 5*time.Second, "how long to wait for answers at the end")
	connections := flag.Int("conns", 4, "connections")
	var added headerFlag
	flag.Var(&added, "H", "further \"name: value\"; may be given again")
	most := flag.Int("c", 50000, "most requests in flight; those beyond count as failed")
	seed := flag.Int64("seed", 1, "of the times")
	pid := flag.Int("pid", 0, "process of the server, for its CPU time and memory")
	records := flag.Bool("records", false, "also print each request: due s, latency ms, status")
	flag.Parse()
	message, err := os.ReadFile(*body)
	check(err)
	if *rate < 0 || *connections < 1 || *most < 1 {
		check(fmt.Errorf("expected -conns and -c above 0, and -q not below"))
	}
	check(checkHeaders(*address, *method, added))
	framed := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
	run := &run{
		rate: *rate, warm: *warm, end: *warm + *measured, grace: *grace, most: *most, pid: *pid,
		random: rand.New(rand.NewSource(*seed)), tally: tally{objective: *objective}}
	first, later := requestHeaders(*address, *method, added)
	for i := 0; i < *connections; i++ {
		c, err := dial(*address, framed, first, later, run.done)
		check(err)
		if c.fd >= mostSockets {
			check(fmt.Errorf("too many connections"))
		}
		run.connections = append(run.connections, c)
	}
	run.drive()
	report := run.report()
	if *records {
		report["records"] = run.recordList()
	}
	line, err := json.Marshal(report)
	check(err)
	fmt.Println(string(line))
}

// A headerFlag takes each -H.
type headerFlag []header

func (f *headerFlag) String() string { return fmt.Sprint(*f) }

func (f *headerFlag) Set(text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found {
		return fmt.Errorf("expected name: value")
	}
	*f = append(*f, header{strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)})
	return nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "openload:", err)
		os.Exit(1)
	}
}

// A run is one load from its start until its last answer.
type run struct {
	rate             float64
	warm, end, grace time.Duration
	most, pid        int
	random           *rand.Rand
	connections      []*connection
	tally            tally

	start        time.Time
	due          time.Duration // of the next request
	turn         int
	flying       int
	answerBytes  int
	lags         []time.Duration // how late we were ourselves
	before       usage
	after        usage
	resident     float64
	mostResident float64
}

// drive sends and receives until all is answered or the grace time is over.
func (r *run) drive() {
	// A sleep ends within a microsecond of its time only if its thread asks for that.
	runtime.LockOSThread()
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1000, 0)
	buffer := make([]byte, 256<<10)
	r.start = time.Now()
	if r.rate > 0 {
		r.due = r.gap()
	}
	for {
		now := time.Since(r.start)
		r.snapshots(now)
		if r.rate > 0 {
			for ; r.due <= now && r.due < r.end; r.due += r.gap() {
				r.submit(now)
			}
		} else {
			r.refill(now)
		}
		if r.due >= r.end && (now >= r.end && r.flying == 0 || now >= r.end+r.grace) {
			break
		}
		for _, c := range r.connections {
			c.pump()
			check(c.flush())
		}
		r.await(buffer)
	}
	for _, c := range r.connections {
		for _, s := range c.open {
			r.count(s.due, 0, statusUnanswered)
		}
		for _, due := range c.waiting {
			r.count(due, 0, statusUnanswered)
		}
	}
}

// gap returns the random time between two requests of a Poisson process.
func (r *run) gap() time.Duration {
	return time.Duration(r.random.ExpFloat64() / r.rate * 1e9)
}

func (r *run) snapshots(now time.Duration) {
	if r.before.at.IsZero() && now >= r.warm {
		r.before = readUsage(r.pid)
	}
	if r.after.at.IsZero() && now >= r.end {
		r.after = readUsage(r.pid)
		r.resident, r.mostResident = residentMB(r.pid)
	}
}

// refill puts a request in the place of each that was answered.
func (r *run) refill(now time.Duration) {
	for r.due = now; now < r.end && r.flying < r.most; {
		r.submit(now)
	}
	// Nothing is due by itself: an answer or the end wakes us.
	r.due = r.end
}

func (r *run) submit(now time.Duration) {
	if r.due >= r.warm {
		r.lags = append(r.lags, now-r.due)
	}
	if r.flying >= r.most {
		r.count(r.due, 0, statusUnsent)
		return
	}
	c := r.connections[r.turn%len(r.connections)]
	r.turn++
	r.flying++
	c.waiting = append(c.waiting, r.due)
}

// await sleeps until something can be read or written, or the next request is due.
func (r *run) await(buffer []byte) {
	var read, write syscall.FdSet
	highest := 0
	for _, c := range r.connections {
		read.Bits[0] |= 1 << c.fd
		if len(c.out) > 0 {
			write.Bits[0] |= 1 << c.fd
		}
		highest = max(highest, c.fd)
	}
	timeout := syscall.NsecToTimeval(int64(max(0, r.nextEvent()-time.Since(r.start))))
	ready, err := syscall.Select(highest+1, &read, &write, nil, &timeout)
	if err != nil && err != syscall.EINTR {
		check(err)
	}
	if ready <= 0 {
		return
	}
	for _, c := range r.connections {
		if read.Bits[0]&(1<<c.fd) != 0 {
			check(c.receive(buffer))
		}
	}
}

func (r *run) nextEvent() time.Duration {
	now := time.Since(r.start)
	next := r.end + r.grace
	for _, at := range []time.Duration{r.due, r.warm, r.end} {
		if at > now && at < next || at == r.due && at < r.end {
			next = at
		}
	}
	return next
}

func (r *run) done(s *stream) {
	r.flying--
	status := s.status
	if status == statusOK {
		if r.answerBytes == 0 {
			r.answerBytes = s.got
		}
		if s.got != r.answerBytes {
			status = statusWrong
		}
	}
	r.count(s.due, time.Since(r.start)-s.due, status)
}

func (r *run) count(due, latency time.Duration, status int) {
	if due >= r.warm {
		r.tally.add(due, latency, status)
	}
}

func (r *run) report() map[string]any {
	measured := r.end - r.warm
	report := r.tally.report(measured)
	elapsed := r.after.at.Sub(r.before.at).Seconds()
	server, client := r.after.server-r.before.server, r.after.client-r.before.client
	report["q"] = r.rate
	report["start_unix"] = float64(r.start.UnixMicro()) / 1e6
	report["warm_s"], report["measured_s"] = r.warm.Seconds(), measured.Seconds()
	report["server_cores"] = round(server/elapsed, 3)
	report["client_cores"] = round(client/elapsed, 3)
	report["other_cores"] = round((r.after.machine-r.before.machine-server-client)/elapsed, 3)
	report["rss_mb"], report["most_rss_mb"] = round(r.resident, 0), round(r.mostResident, 0)
	if answered := report["ok"].(int); answered > 0 {
		report["cpu_us_per_req"] = round(server*1e6/float64(answered), 1)
	}
	sort.Slice(r.lags, func(i, j int) bool { return r.lags[i] < r.lags[j] })
	if len(r.lags) > 0 {
		report["lag_p99_ms"] = millis(r.lags[len(r.lags)*99/100])
	}
	return report
}

func (r *run) recordList() [][3]float64 {
	list := make([][3]float64, 0, len(r.tally.records))
	for _, each := range r.tally.records {
		list = append(list, [3]float64{round(each.due.Seconds(), 4), millis(each.latency), float64(each.status)})
	}
	sort.Slice(list, func(i, j int) bool { return list[i][0] < list[j][0] })
	return list
}
