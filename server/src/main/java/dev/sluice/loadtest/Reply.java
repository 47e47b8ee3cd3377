package dev.sluice.loadtest;

import dev.sluice.loadtest.wire.AnswerBytes;
import dev.sluice.loadtest.wire.Outcome;

/** The end of a call that somebody waits for; the answer is a copy. */
record Reply(Outcome outcome, AnswerBytes answer) {}
