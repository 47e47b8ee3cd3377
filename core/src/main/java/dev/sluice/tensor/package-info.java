/**
 * Values that models take and give: {@link dev.sluice.tensor.Tensor}, a dtype, a shape and native
 * memory with one owner. Knows no wire format and no engine. Everything but a tensor's memory is
 * immutable; a tensor is handed from thread to thread, never shared between writers.
 */
@NullMarked
package dev.sluice.tensor;

import org.jspecify.annotations.NullMarked;
