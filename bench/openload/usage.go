package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const ticksPerSecond = 100

// A usage is what was used up to some moment, in CPU seconds.
type usage struct {
	at                      time.Time
	server, client, machine float64
}

// readUsage reads the CPU time of a process, of this one, and of the whole machine.
func readUsage(pid int) usage {
	u := usage{at: time.Now()}
	if pid > 0 {
		if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
			// The name in brackets may hold spaces.
			fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
			u.server = seconds(fields[11]) + seconds(fields[12])
		}
	}
	var own syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &own) == nil {
		u.client = float64(own.Utime.Nano()+own.Stime.Nano()) / 1e9
	}
	if text, err := os.ReadFile("/proc/stat"); err == nil {
		fields := strings.Fields(strings.SplitN(string(text), "\n", 2)[0])
		for _, i := range []int{1, 2, 3, 6, 7} { // user, nice, system, irq, softirq
			u.machine += seconds(fields[i])
		}
	}
	return u
}

func seconds(ticks string) float64 {
	number, _ := strconv.ParseFloat(ticks, 64)
	return number / ticksPerSecond
}

// residentMB returns the resident memory of a process now, and the most that it had.
func residentMB(pid int) (now, most float64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.ParseFloat(fields[1], 64)
		switch fields[0] {
		case "VmRSS:":
			now = kilobytes / 1024
		case "VmHWM:":
			most = kilobytes / 1024
		}
	}
	return now, most
}
