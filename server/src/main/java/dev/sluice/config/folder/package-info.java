/**
 * What a model's folder says of the model (docs/configure.md): {@code sluice.yaml}, Triton's {@code
 * config.pbtxt}, and that it is there at all. {@link dev.sluice.config.folder.FolderSettings} reads
 * the files of one version when that is loaded, on the loading thread; {@link
 * dev.sluice.config.folder.ModelRepository} finds the folders, on the thread that polls.
 */
@NullMarked
package dev.sluice.config.folder;

import org.jspecify.annotations.NullMarked;
