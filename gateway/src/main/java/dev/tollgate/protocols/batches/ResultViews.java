package dev.tollgate.protocols.batches;

import dev.tollgate.base.ids.BatchLine;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The results of batches as files: the rows of their lines, and lines that never ended (J29). Thread-safe; blocks.
 *
 * @param files have the inputs
 */
public record ResultViews(Batches batches, FileStore files, InstantSource clock) implements ResultFiles {

    private static final String LAST_ID = "~";

    @Override
    public List<ResultFile> list(String accountId, KeyOwner reads, Part part) {
        Place after = part.after();
        String job = after == null ? null : BatchIds.jobOfFile(after.id());
        Instant from = after == null
                ? part.isAscending() ? Instant.EPOCH : Instant.ofEpochMilli(Long.MAX_VALUE >> 1)
                : Instant.ofEpochMilli(after.createdAt());
        // Another kind of file may stand at that place: those of that very time are compared below.
        String fromId = job != null ? job : part.isAscending() ? "" : LAST_ID;
        List<ResultFile> all = new ArrayList<>();
        for (Batch batch : batches.withResults(accountId, reads, from, fromId, part.isAscending(), part.most() + 1)) {
            List<ResultFile> its = filesOf(batch);
            if (!part.isAscending()) {
                Collections.reverse(its);
            }
            its.stream().filter(file -> follows(file, part)).forEach(all::add);
        }
        return all.size() > part.most() ? all.subList(0, part.most()) : all;
    }

    private static boolean follows(ResultFile file, Part part) {
        Place after = part.after();
        if (after == null) {
            return true;
        }
        int order = file.createdAt() == after.createdAt()
                ? file.id().compareTo(after.id())
                : Long.compare(file.createdAt(), after.createdAt());
        return part.isAscending() ? order > 0 : order < 0;
    }

    /** Returns the files of an ended batch in order of their ids. */
    private List<ResultFile> filesOf(Batch batch) {
        List<ResultFile> its = new ArrayList<>();
        if (batch.lines() > batch.completed()) {
            its.add(file(batch, BatchIds.ERRORS));
        }
        if (batch.completed() > 0) {
            its.add(file(batch, BatchIds.OUTPUT));
        }
        return its;
    }

    private ResultFile file(Batch batch, char kind) {
        boolean isOutput = kind == BatchIds.OUTPUT;
        String chars = BatchIds.chars(batch.id());
        Instant ended = batch.job().endedAt();
        return new ResultFile(
                chars + kind,
                BatchLine.PREFIX + chars + (isOutput ? "_output.jsonl" : "_error.jsonl"),
                isOutput ? batch.outputBytes() : batch.errorBytes() + unended(batch) * unendedBytes(batch),
                ended == null ? 0 : ended.toEpochMilli(),
                batch.resultsUntil().toEpochMilli());
    }

    private static long unended(Batch batch) {
        return batch.lines() - batch.completed() - batch.failed();
    }

    /** Lines that never ended are of one length, so that the length of their file is known before they are written. */
    private long unendedBytes(Batch batch) {
        return unended(batch) == 0
                ? 0
                : Unended.bytes(batch, BatchDetails.of(batches.details(batch)).idBytes());
    }

    @Override
    public @Nullable ResultFile find(String accountId, KeyOwner reads, String id) {
        Batch batch = batch(accountId, reads, id);
        return batch == null
                ? null
                : filesOf(batch).stream()
                        .filter(file -> file.id().equals(id))
                        .findAny()
                        .orElse(null);
    }

    /** Returns the batch with the results of a file; null if there are none that the key may read. */
    private @Nullable Batch batch(String accountId, KeyOwner reads, String fileId) {
        String job = BatchIds.jobOfFile(fileId);
        Batch batch = job == null ? null : batches.find(accountId, reads, job);
        return batch != null && batch.hasResults(clock.instant()) ? batch : null;
    }

    @Override
    public Content open(String accountId, KeyOwner reads, ResultFile file) {
        Batch batch = batch(accountId, reads, file.id());
        if (batch == null) {
            return () -> {
                throw ResultContent.gone();
            };
        }
        // They may be deleted while they are read.
        Supplier<Boolean> isThere = () -> batch(accountId, reads, file.id()) != null;
        boolean areErrors = file.id().charAt(file.id().length() - 1) == BatchIds.ERRORS;
        if (!areErrors) {
            return new ResultContent(batches, batch, isThere, false, null);
        }
        return new ResultContent(batches, batch, isThere, true, unended(batch) == 0 ? null : unendedOf(batch));
    }

    private Unended unendedOf(Batch batch) {
        // Without its details, the room that the names of lines take is not known.
        StoredFile input = batches.details(batch) == null
                ? null
                : files.find(batch.job().accountId(), FilePurpose.BATCH, batch.inputId());
        InputStream bytes =
                input == null || !input.isWhole() ? null : files.pieces().from(input, 0);
        return new Unended(batch, batches.rows(batch.id()).ended(), bytes, unendedBytes(batch));
    }

    @Override
    public boolean delete(String accountId, KeyOwner reads, String id) {
        String job = BatchIds.jobOfFile(id);
        Batch batch = job == null ? null : batches.find(accountId, reads, job);
        if (batch == null
                || batch.job().isOpen()
                || filesOf(batch).stream().noneMatch(file -> file.id().equals(id))) {
            return false;
        }
        if (batch.hasResults(clock.instant())) {
            batches.deleteResults(batch);
        }
        return true;
    }
}
