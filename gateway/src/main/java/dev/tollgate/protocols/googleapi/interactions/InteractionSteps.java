package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.KeptImages;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The steps of a response: collected as JSON, and written as events if the response is a stream. At most one step is open. A signature becomes a
 * {@code thought} step before the part that it belongs to. A signature that comes after the beginning of a text stands before that text in the collected steps,
 * which end with the output; in a stream, whose text has left, its step follows. Not thread-safe.
 */
final class InteractionSteps {

    private enum Open {
        NONE,
        THOUGHT,
        OUTPUT
    }

    /** The place of one text, or of a piece of a step, in what is collected. */
    private record Range(long from, long to) {}

    /** A step that has ended. @param kind NONE for any other kind */
    private record Step(Open kind, boolean isSigned, List<Range> pieces) {}

    /** The place of the data of an image that is shown by its address. */
    private record Addressed(long from, long to, JsonSource address) {}

    private static final String TYPE = "{\"type\":\"";
    private static final String THOUGHT = "thought";
    private static final String OUTPUT = "model_output";
    private static final String CONTENT = ",\"content\":[";
    private static final int THOUGHT_HEAD = (TYPE + THOUGHT + '"').length();
    private static final int OUTPUT_HEAD = (TYPE + OUTPUT + '"' + CONTENT).length();
    private static final byte[] DELTA = head("step.delta");
    private static final byte[] END = ascii("}\n\n");

    private final boolean streams;
    private final FileAddresses.@Nullable OfCall addresses;
    private final KeptImages.@Nullable OfCall keeping;
    /** Steps without commas between them. */
    private final CollectedJson items = new CollectedJson();

    private final List<Step> steps = new ArrayList<>();
    private final List<Range> texts = new ArrayList<>(1);
    private final List<Addressed> addressed = new ArrayList<>(0);
    private final WavFile speech;
    /** Makes the parts of a stream a WAV file; null for samples. */
    private final WavFile.@Nullable Stream wav;

    private JsonPieces out = new JsonPieces();
    private Open open = Open.NONE;
    private int index = -1;
    /** The place of the first output in the list of steps; -1 without one. */
    private int firstOutput = -1;

    private long from;
    private boolean hasSummary;
    private boolean hasSignature;
    private int contents;
    /** The place of the open output's last content. */
    private long contentFrom;
    /** The place of the open text; -1 without one. */
    private long textFrom = -1;

    /** The code points of the text before the open one, which citations count. */
    private int said;

    private int codes;
    private @Nullable String pending;
    /** A mark that the signature which waits belongs to the last output, which has begun. */
    private boolean isLate;

    /**
     * @param speaksWav whether speech comes as WAV; else as samples
     * @param addresses of images; null if they come inline
     * @param keeping keeps images with the interaction; null if none are kept
     */
    InteractionSteps(
            boolean streams,
            boolean speaksWav,
            FileAddresses.@Nullable OfCall addresses,
            KeptImages.@Nullable OfCall keeping) {
        this.speech = new WavFile(speaksWav);
        this.wav = speaksWav && streams ? new WavFile.Stream() : null;
        this.keeping = keeping;
        this.streams = streams;
        this.addresses = addresses;
    }

    /** Writes the next events there. */
    void goOnIn(JsonPieces next) {
        out = next;
    }

    // ---- parts of the response ----

    void thought(String text) {
        if (isLate) {
            flush();
        }
        if (open != Open.THOUGHT || hasSignature) {
            start(Open.THOUGHT, THOUGHT);
        }
        items.out()
                .raw(hasSummary ? "" : ",\"summary\":[{\"type\":\"text\",\"text\":\"")
                .escaped(text);
        hasSummary = true;
        delta(to -> to.raw("{\"type\":\"thought_summary\",\"content\":{\"type\":\"text\",\"text\":")
                .string(text)
                .raw("}}"));
    }

    /** Takes a signature for the part that follows. */
    void sign(@Nullable String signature) {
        if (signature != null) {
            flush();
            pending = signature;
        }
    }

    /** Takes a signature for the output that has begun, or for the part that follows if there is none. */
    private void signLate(@Nullable String signature) {
        if (signature != null) {
            sign(signature);
            isLate = endsWithOutput();
        }
    }

    private boolean endsWithOutput() {
        return open == Open.OUTPUT
                || open == Open.NONE && !steps.isEmpty() && steps.getLast().kind() == Open.OUTPUT;
    }

    /** Writes the signature that waits, into the open thought or into a new one. */
    private void flush() {
        String signature = pending;
        if (signature == null) {
            return;
        }
        boolean late = isLate;
        pending = null;
        isLate = false;
        if (late) {
            endOutput();
        }
        if (open != Open.THOUGHT || hasSignature) {
            start(Open.THOUGHT, THOUGHT);
        }
        items.out().raw(hasSummary ? "\"}]" : "").raw(",\"signature\":").string(signature);
        hasSummary = false;
        hasSignature = true;
        delta(to -> to.raw("{\"type\":\"thought_signature\",\"signature\":")
                .string(signature)
                .raw('}'));
        if (late) {
            close("");
            putBeforeOutput(steps.removeLast());
        }
    }

    /** Ends the output. Its last content becomes a step of its own, which a signature can stand before. */
    private void endOutput() {
        boolean hasSeveral = open == Open.OUTPUT && contents > 1;
        close("");
        if (hasSeveral) {
            Range whole = steps.removeLast().pieces().getFirst();
            Range head = new Range(whole.from(), whole.from() + OUTPUT_HEAD);
            Range before = new Range(whole.from(), contentFrom - ",".length());
            Range end = new Range(whole.to() - "]}".length(), whole.to());
            steps.add(new Step(Open.OUTPUT, false, List.of(before, end)));
            steps.add(new Step(Open.OUTPUT, false, List.of(head, new Range(contentFrom, whole.to()))));
        }
    }

    /**
     * Puts a signature before the output that the steps end with: into the thought there, if that has none. A part has one signature, which stands directly
     * before it; a further one, which had a part of its own, stands before that.
     */
    private void putBeforeOutput(Step signature) {
        int at = steps.size() - 1;
        Step before = at > 0 ? steps.get(at - 1) : null;
        if (before == null || before.kind() != Open.THOUGHT || before.isSigned()) {
            int place = before != null && before.kind() == Open.THOUGHT ? at - 1 : at;
            steps.add(place, signature);
            firstOutput += place <= firstOutput ? 1 : 0;
            return;
        }
        Range summary = before.pieces().getFirst();
        Range its = signature.pieces().getFirst();
        Range open = new Range(summary.from(), summary.to() - "}".length());
        Range member = new Range(its.from() + THOUGHT_HEAD, its.to());
        steps.set(at - 1, new Step(Open.THOUGHT, true, List.of(open, member)));
    }

    void text(String text, @Nullable String signature) {
        boolean begins = textFrom < 0 && !text.isEmpty();
        if (begins) {
            sign(signature);
        }
        if (!text.isEmpty()) {
            append(text);
        }
        if (!begins) {
            signLate(signature);
        }
    }

    private void append(String text) {
        if (textFrom < 0) {
            flush();
            content();
            items.out().raw("{\"type\":\"text\",\"text\":\"");
            textFrom = items.size();
        }
        items.out().escaped(text);
        delta(to -> to.raw("{\"type\":\"text\",\"text\":").string(text).raw('}'));
    }

    /** Begins a content of an output. */
    private void content() {
        if (open == Open.OUTPUT) {
            closeText("");
        } else {
            start(Open.OUTPUT, OUTPUT);
            firstOutput = firstOutput < 0 ? steps.size() : firstOutput;
            items.out().raw(CONTENT);
        }
        items.out().raw(contents > 0 ? "," : "");
        contents++;
        contentFrom = items.size();
    }

    void file(UpstreamEvent.Media made) {
        sign(made.signature());
        if (!streams && !made.linked() && speech.add(made.mimeType(), made.data())) {
            return;
        }
        flush();
        content();
        JsonSource address = addresses == null || made.linked() ? null : addresses.address(made.data());
        long begin = items.size();
        JsonSource sound = wav == null || made.linked() ? null : wav.next(made.mimeType(), made.data());
        String mimeType = wav == null || sound == null ? made.mimeType() : wav.mimeType();
        items.out().raw("{\"type\":\"").raw(kind(mimeType)).raw('"');
        if (!mimeType.isEmpty()) {
            items.out().raw(",\"mime_type\":").string(mimeType);
        }
        long data = items.size();
        items.out().raw(made.linked() ? ",\"uri\":\"" : ",\"data\":\"");
        KeptImages.Image its = keeping == null || made.linked() ? null : keeping.image(made.data());
        if (sound != null) {
            items.add(sound.base64());
        } else if (its == null) {
            made.data().write(items);
        } else {
            items.add(its.source());
        }
        if (address != null) {
            addressed.add(new Addressed(data, items.size(), its == null ? address : its.sentAs(address)));
        }
        items.out().raw("\"}");
        delta(to -> repeat(begin, items.size(), out, false));
    }

    private static String kind(String mimeType) {
        String first = mimeType.substring(0, Math.max(0, mimeType.indexOf('/')));
        return first.isEmpty() ? "image" : StepContents.MEDIA.contains(first) ? first : "document";
    }

    void call(Message.ToolCall call) {
        sign(call.thoughtSignature());
        flush();
        close("");
        Consumer<Utf8Buffer> names = to -> to.raw("{\"type\":\"function_call\",\"id\":")
                .string(String.valueOf(call.id()))
                .raw(",\"name\":")
                .string(call.name())
                .raw(",\"arguments\":");
        begin();
        names.accept(items.out());
        items.out().raw(call.arguments().getBytes(StandardCharsets.UTF_8)).raw('}');
        event("step.start", to -> {
            names.accept(to.raw(",\"step\":"));
            to.raw("{}}");
        });
        delta(to -> to.raw("{\"type\":\"arguments_delta\",\"arguments\":")
                .string(call.arguments())
                .raw('}'));
        stop();
    }

    /** @param markdown the code as Markdown: positions of citations count its characters */
    void ran(UpstreamEvent.RunCode code, String markdown, @Nullable String signature) {
        sign(signature);
        flush();
        close("");
        said += markdown.codePointCount(0, markdown.length());
        codes += code.isOutput() ? 0 : 1;
        if (code.isOutput()) {
            step(to -> to.raw("{\"type\":\"code_execution_result\",\"call_id\":\"code_")
                    .number(codes)
                    .raw("\",\"result\":")
                    .string(code.text())
                    .raw('}'));
        } else {
            step(to -> to.raw("{\"type\":\"code_execution_call\",\"id\":\"code_")
                    .number(codes)
                    .raw("\",\"arguments\":{\"language\":")
                    .string(code.language())
                    .raw(",\"code\":")
                    .string(code.text())
                    .raw("}}"));
        }
    }

    // ---- the end ----

    /**
     * Ends the steps.
     *
     * @param grounding the sources of the text; null if it has none
     * @param searchId the id that a search is shown with
     */
    void end(UpstreamEvent.@Nullable Grounding grounding, String searchId) {
        String annotations = grounding == null || textFrom < 0 ? "" : annotations(grounding.citations());
        if (!annotations.isEmpty()) {
            delta(to -> to.raw("{\"type\":\"text_annotation_delta\",\"annotations\":")
                    .raw(annotations.getBytes(StandardCharsets.UTF_8))
                    .raw('}'));
        }
        closeText(annotations);
        isLate |= speech.isEmpty() && endsWithOutput();
        flush();
        speech();
        close("");
        if (grounding != null && grounding.metadata() != null) {
            search(grounding.metadata().path("webSearchQueries"), grounding.searchEntryPoint(), searchId);
        }
    }

    /** Writes the parts of a speech that does not stream, as one file. */
    private void speech() {
        if (!speech.isEmpty()) {
            content();
            items.out()
                    .raw("{\"type\":\"audio\",\"mime_type\":")
                    .string(speech.mimeType())
                    .raw(",\"data\":\"");
            items.add(speech.base64());
            items.out().raw("\"}");
        }
    }

    /** Returns the citations of the open text, which count its bytes; an empty text for none. */
    private String annotations(List<UpstreamEvent.Citation> citations) {
        String text = items.unescaped(textFrom, items.size());
        Utf8Buffer json = new Utf8Buffer();
        for (UpstreamEvent.Citation citation : citations) {
            if (citation.startIndex() >= said) {
                json.raw(json.size() == 0 ? "[" : ",")
                        .raw("{\"type\":\"url_citation\",\"url\":")
                        .string(citation.url());
                json.raw(",\"title\":").string(citation.title());
                json.raw(",\"start_index\":").number(bytes(text, citation.startIndex() - said));
                json.raw(",\"end_index\":")
                        .number(bytes(text, citation.endIndex() - said))
                        .raw('}');
            }
        }
        return json.size() == 0 ? "" : json.raw(']').text();
    }

    private static int bytes(String text, int codePoints) {
        int all = text.codePointCount(0, text.length());
        int end = codePoints >= all ? text.length() : text.offsetByCodePoints(0, codePoints);
        return text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    }

    /** Writes a search: before the first output, in a stream behind the steps, which have left. */
    private void search(JsonNode queries, @Nullable String suggestions, String id) {
        if (queries.isEmpty()) {
            return;
        }
        step(to -> to.raw("{\"type\":\"google_search_call\",\"id\":")
                .string(id)
                .raw(",\"arguments\":{\"queries\":")
                .json(queries)
                .raw("}}"));
        step(to -> {
            to.raw("{\"type\":\"google_search_result\",\"call_id\":").string(id).raw(",\"result\":[");
            if (suggestions != null) {
                to.raw("{\"search_suggestions\":").string(suggestions).raw('}');
            }
            to.raw("]}");
        });
        Step result = steps.removeLast();
        Step call = steps.removeLast();
        steps.addAll(firstOutput < 0 ? steps.size() : firstOutput, List.of(call, result));
    }

    private void step(Consumer<Utf8Buffer> whole) {
        begin();
        whole.accept(items.out());
        event("step.start", to -> whole.accept(to.raw(",\"step\":")));
        stop();
    }

    /** Writes the list of the steps. @param inline whether all images have their data */
    void write(JsonPieces to, boolean inline) {
        to.out().raw('[');
        for (Step step : steps) {
            to.out().raw(step == steps.getFirst() ? "" : ",");
            step.pieces().forEach(piece -> repeat(piece.from(), piece.to(), to, inline));
        }
        to.out().raw(']');
    }

    private void repeat(long from, long to, JsonPieces out, boolean inline) {
        long at = from;
        for (Addressed image : addressed) {
            if (!inline && image.from() >= at && image.to() <= to) {
                out.repeat(items, at, image.from());
                out.out().raw(",\"uri\":\"");
                out.add(image.address());
                at = image.to();
            }
        }
        out.repeat(items, at, to);
    }

    /** Returns the whole text. */
    String text() {
        StringBuilder all = new StringBuilder();
        texts.forEach(text -> all.append(items.unescaped(text.from(), text.to())));
        return textFrom < 0
                ? all.toString()
                : all.append(items.unescaped(textFrom, items.size())).toString();
    }

    // ---- steps and events ----

    private void start(Open kind, String type) {
        close("");
        begin();
        items.out().raw(TYPE).raw(type).raw('"');
        event("step.start", to -> to.raw(",\"step\":{\"type\":\"").raw(type).raw("\"}"));
        open = kind;
    }

    private void begin() {
        index++;
        from = items.size();
    }

    private void stop() {
        steps.add(new Step(open, hasSignature, List.of(new Range(from, items.size()))));
        event("step.stop", to -> {});
    }

    private void close(String annotations) {
        closeText(annotations);
        switch (open) {
            case NONE -> {
                return;
            }
            case THOUGHT -> items.out().raw(hasSummary ? "\"}]}" : "}");
            case OUTPUT -> items.out().raw("]}");
        }
        stop();
        open = Open.NONE;
        hasSummary = false;
        hasSignature = false;
        contents = 0;
    }

    /** @param annotations JSON; empty for none */
    private void closeText(String annotations) {
        if (textFrom >= 0) {
            String text = items.unescaped(textFrom, items.size());
            said += text.codePointCount(0, text.length());
            texts.add(new Range(textFrom, items.size()));
            textFrom = -1;
            items.out().raw('"');
            if (!annotations.isEmpty()) {
                items.out().raw(",\"annotations\":").raw(annotations.getBytes(StandardCharsets.UTF_8));
            }
            items.out().raw('}');
        }
    }

    private static byte[] head(String type) {
        return ascii("event: " + type + "\ndata: {\"event_type\":\"" + type + "\",\"index\":");
    }

    /** @param delta writes an object, into the buffer or the pieces around it */
    private void delta(Consumer<Utf8Buffer> delta) {
        if (streams) {
            out.out().raw(DELTA).number(index).raw(",\"delta\":");
            delta.accept(out.out());
            out.out().raw(END);
        }
    }

    private void event(String type, Consumer<Utf8Buffer> members) {
        if (streams) {
            out.out().raw(head(type)).number(index);
            members.accept(out.out());
            out.out().raw(END);
        }
    }
}
