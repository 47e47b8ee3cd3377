package main

import (
	"math"
	"sort"
	"strconv"
	"time"
)

// Besides gRPC's own codes.
const (
	statusOK          = 0
	statusExhausted   = 8
	statusUnavailable = 14
	statusWrong       = -2 // an answer of another length than the first
	statusHTTP        = -3
	statusReset       = -4
	statusUnsent      = -5 // too many were in flight
	statusUnanswered  = -6 // when we stopped waiting
)

var statusNames = map[int]string{
	statusWrong: "wrong", statusHTTP: "http", statusReset: "reset", statusUnsent: "unsent",
	statusUnanswered: "unanswered"}

// A record is how one request fared.
type record struct {
	due, latency time.Duration
	status       int
}

// A tally is what the requests due within the measured time became.
type tally struct {
	objective time.Duration
	records   []record
}

func (t *tally) add(due, latency time.Duration, status int) {
	t.records = append(t.records, record{due, latency, status})
}

func (t *tally) report(measured time.Duration) map[string]any {
	var served, refused []time.Duration
	good, failed := 0, 0
	codes := map[string]int{}
	for _, r := range t.records {
		switch r.status {
		case statusOK:
			served = append(served, r.latency)
			if t.objective == 0 || r.latency <= t.objective {
				good++
			}
			continue
		case statusExhausted, statusUnavailable:
			refused = append(refused, r.latency)
		default:
			failed++
		}
		name, ok := statusNames[r.status]
		if !ok {
			name = strconv.Itoa(r.status)
		}
		codes[name]++
	}
	perSecond := func(count int) float64 { return round(float64(count)/measured.Seconds(), 1) }
	report := map[string]any{
		"sent": len(t.records), "ok": len(served), "good": good, "refused": len(refused), "failed": failed,
		"rps": perSecond(len(served)), "goodput": perSecond(good), "refused_rps": perSecond(len(refused)),
		"codes": codes}
	percentiles(report, "", served)
	percentiles(report, "refused_", refused)
	return report
}

func percentiles(report map[string]any, prefix string, latencies []time.Duration) {
	sort.Slice(latencies, func(i, j int) bool { return latencies[i] < latencies[j] })
	for name, part := range map[string]float64{"p50": .5, "p99": .99, "p999": .999, "max": 1} {
		value := 0.0
		if len(latencies) > 0 {
			value = millis(latencies[max(0, int(math.Ceil(part*float64(len(latencies))))-1)])
		}
		report[prefix+name+"_ms"] = value
	}
}

func millis(d time.Duration) float64 {
	return round(float64(d)/1e6, 3)
}

func round(value float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(value*scale) / scale
}
