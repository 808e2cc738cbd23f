package dev.tollgate.upstreams.connections;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.client.AnswerHead;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.media.MadeData;
import dev.tollgate.upstreams.media.MadeFiles;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads an answer that may hold images: long data goes to files, and the other reader sees the file's name instead. That reader continues when a file is whole,
 * so its events have files that can be read.
 */
public final class MadeReader implements AnswerReader, MadeScanner.Target {

    private static final Logger log = LoggerFactory.getLogger(MadeReader.class);

    /** The pieces that are written together. */
    private static final int PIECES_MAX = 4;

    /** All of a speech goes aside, so that its parts do not add up on the heap. */
    private static final int SPEECH_HELD_BYTES = 1;

    /** The parts of the longest speech, a token each. */
    private static final int SPEECH_PARTS_MAX = 16_384;

    private final AnswerReader reader;
    private final MadeFiles files;
    private final ErrorReader errors;
    private final MadeScanner scanner;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, MadeData.Filed> whole = new HashMap<>();
    private final List<MadeData.Filed> untold = new ArrayList<>();
    private final List<MadeFiles.Writing> unfinished = new ArrayList<>(1);
    private MadeFiles.@Nullable Writing latest;
    private boolean endsFile;
    private @Nullable UpstreamFailure failure;

    /** Set when a file could not be written. Then the answer is read on for its usage alone, which the operator pays. */
    private @Nullable UpstreamFailure lost;

    /** @param piece null for the end of the file */
    private record Step(MadeFiles.Writing file, byte @Nullable [] piece, int length) {}

    private MadeReader(AnswerReader reader, MadeFiles files, MadeScanner.Member member, ErrorReader errors) {
        this.reader = reader;
        this.files = files;
        this.errors = errors;
        this.scanner = files.isSpeech()
                ? new MadeScanner(member, files.bytesMax(), SPEECH_HELD_BYTES, SPEECH_PARTS_MAX, this)
                : new MadeScanner(member, files.bytesMax(), this);
    }

    /** @param files null if the model makes none */
    public static AnswerReader ofGemini(AnswerReader reader, @Nullable MadeFiles files, ErrorReader errors) {
        return files == null ? reader : new MadeReader(reader, files, MadeScanner.Member.DATA, errors);
    }

    /** @param files null if the model makes none */
    public static AnswerReader ofOpenAi(AnswerReader reader, @Nullable MadeFiles files, ErrorReader errors) {
        return files == null ? reader : new MadeReader(reader, files, MadeScanner.Member.URL, errors);
    }

    @Override
    public void head(AnswerHead head) {
        reader.head(head);
    }

    @Override
    public boolean read(byte[] bytes, int length, List<UpstreamEvent> events) {
        if (failure == null) {
            scanner.read(bytes, length);
            failure = fault();
        }
        return failure == null && (aside() != null || readText(events));
    }

    private @Nullable UpstreamFailure fault() {
        return switch (scanner.fault()) {
            case TOO_LARGE -> errors.of(Kind.TOO_LARGE, "an answer with more or larger files than it may have");
            case NOT_BASE64 -> errors.of(Kind.BROKEN, "a file is not base64");
            case null -> null;
        };
    }

    private boolean readText(List<UpstreamEvent> events) {
        byte[] bytes = text.toByteArray();
        text.reset();
        return pass(events, its -> reader.read(bytes, bytes.length, its));
    }

    /** Passes what is read on: with its files, or if one of these is lost its usage alone. */
    private <T extends @Nullable Object> T pass(List<UpstreamEvent> events, Function<List<UpstreamEvent>, T> reading) {
        if (lost == null) {
            int before = events.size();
            T read = reading.apply(events);
            putFiles(events, before);
            return read;
        }
        List<UpstreamEvent> its = new ArrayList<>();
        T read = reading.apply(its);
        its.stream().filter(UpstreamEvent::isOfUsage).forEach(events::add);
        return read;
    }

    /** Replaces the names of files by the files. */
    private void putFiles(List<UpstreamEvent> events, int from) {
        for (int i = from; i < events.size() && !whole.isEmpty(); i++) {
            UpstreamEvent event = events.get(i);
            if (event instanceof UpstreamEvent.Media made
                    && whole.get(made.data().text()) instanceof MadeData file) {
                events.set(
                        i,
                        new UpstreamEvent.Media(
                                made.candidate(), made.mimeType(), file, made.linked(), made.signature()));
            } else if (event instanceof UpstreamEvent.Raw raw) {
                events.set(i, new UpstreamEvent.Raw(raw.chunk(), raw.bytes(), List.copyOf(untold)));
                untold.clear();
            }
        }
    }

    @Override
    public @Nullable UpstreamFailure end(List<UpstreamEvent> events) {
        return ended(events, reader::end);
    }

    @Override
    public @Nullable UpstreamFailure cut(String why, List<UpstreamEvent> events) {
        return ended(events, its -> reader.cut(why, its));
    }

    private @Nullable UpstreamFailure ended(
            List<UpstreamEvent> events, Function<List<UpstreamEvent>, @Nullable UpstreamFailure> ending) {
        UpstreamFailure its = failure == null ? pass(events, ending) : failure;
        return lost == null ? its : lost;
    }

    @Override
    public boolean isWhole() {
        return reader.isWhole();
    }

    // ---- files ----

    @Override
    public void text(byte[] bytes, int from, int to) {
        text.write(bytes, from, to - from);
    }

    @Override
    public String begins() {
        MadeFiles.Writing next = files.begin(files.isSpeech() ? latest : null);
        latest = next;
        unfinished.add(next);
        return next.name();
    }

    @Override
    public void piece(byte[] piece, int length) {
        if (lost == null) {
            steps.add(new Step(unfinished.getLast(), piece, length));
        }
    }

    @Override
    public void ends() {
        if (lost == null) {
            steps.add(new Step(unfinished.getLast(), null, 0));
            endsFile = true;
        }
    }

    @Override
    public @Nullable Runnable aside() {
        return failure == null && (endsFile || steps.size() >= PIECES_MAX) ? this::write : null;
    }

    private void write() {
        try {
            for (Step step : steps) {
                if (step.piece() != null) {
                    step.file().write(step.piece(), step.length());
                } else {
                    MadeData.Filed file = step.file().finish();
                    whole.put(file.text(), file);
                    untold.add(file);
                    unfinished.remove(step.file());
                }
            }
        } catch (InterruptedException | ClosedByInterruptException cancelled) {
            failure = errors.of(Kind.BROKEN, "the call is over");
        } catch (IOException | RuntimeException | Error e) {
            Fatal.check(e);
            log.error(Event.SPOOL_FAILED, "a file that a model has made could not be written", e);
            lost = errors.of(Kind.LOCAL, "a file that a model has made could not be written");
        }
        steps.clear();
        endsFile = false;
    }

    @Override
    public void close() {
        unfinished.forEach(MadeFiles.Writing::discard);
        unfinished.clear();
    }
}
