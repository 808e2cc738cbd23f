/**
 * The file store (Y31): files that customers upload, inputs of batches (J22), images that models have made, and cached contents.
 *
 * <ul>
 *   <li>A file is a row of {@code stored_file} and rows of {@code file_piece}, each sealed for its place, file and account and committed by a unit of its
 *       own. It exists with the commit of its last piece; before that only its writer sees it, and the offset of the next piece is the row's, so
 *       any server can go on.
 *   <li>Keys of the owner of the key that made a file may read it, and that key, also after it was moved, until it gets a new secret; to all others it does not exist. An image
 *       that a model has made is read by its address alone, whose 128 random bits cannot be guessed.
 *   <li>The input of a batch is announced as long as its request, and has what came once it ends: until then it takes room that it may not need. Once a batch
 *       uses it, it is kept as long as the results may be.
 *   <li>An account's files count as they were announced, when one begins. The requests and results of jobs count with them, and take half of the room at most with
 *       the inputs. The files of all accounts count as their pieces arrive: once a minute, with
 *       what this server has written and deleted since. An image that a call has paid for is written in any case: its room was there when the call
 *       was asked.
 *   <li>A deletion takes a file's time away, so it is gone at once. Its pieces are deleted afterwards, a few in each unit and the last ones first, by
 *       the request or by the sweep. An upload without a piece for a minute makes room for the next one of its account.
 *   <li>A sweep deletes files that have expired, and uploads without a piece for an hour. Files of blocked accounts expire within an hour.
 * </ul>
 *
 * <p>Invariants: no content is stored unencrypted; no piece outlives its file; a file never grows beyond the bytes that its row has announced, and its length
 * agrees with its pieces after each commit.
 *
 * <p>{@link FileStore} begins, appends, finds and deletes; {@link FileLimits} refuses, {@link FilePieces} seals and reads, {@link FileErasure} deletes the pieces,
 * {@link BatchInputs} are found and kept by batches, {@link HeldFiles} is the operator's view, and {@link FilesPart} writes all of it.
 *
 * <p>Threading: changes are applied on the writer's thread. All classes are thread-safe; their methods block, except as they say.
 * Pieces of what many ask for at a time are opened on threads of their own, in turns by account or network ({@link FilePieces#inTurn}).
 */
@NullMarked
package dev.tollgate.calls.files;

import org.jspecify.annotations.NullMarked;
