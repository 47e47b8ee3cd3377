package main

// Frame types, flags and settings (RFC 9113).
const (
	frameData         = 0
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePing         = 6
	frameGoAway       = 7
	frameWindowUpdate = 8
	frameContinuation = 9

	flagEndStream  = 0x1
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20

	settingTableSize     = 1
	settingPush          = 2
	settingMostStreams   = 3
	settingInitialWindow = 4

	mostFrame   = 16384
	mostWindow  = 1<<31 - 1
	firstWindow = 65535
	codeCancel  = 8

	outputAhead = 256 << 10 // bytes framed before the socket takes them
)
