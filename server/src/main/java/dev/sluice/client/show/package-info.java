/**
 * Models and answers for people: {@link dev.sluice.client.show.AnswerTable} and {@link
 * dev.sluice.client.show.ModelText} make text for a {@link dev.sluice.client.show.Screen}. Plain
 * functions.
 */
@NullMarked
package dev.sluice.client.show;

import org.jspecify.annotations.NullMarked;
