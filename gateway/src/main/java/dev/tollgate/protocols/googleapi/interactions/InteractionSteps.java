package dev.tollgate.protocols.googleapi.interactions;

import static dev.tollgate.base.json.Utf8Buffer.ascii;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.json.CollectedJson;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.upstreams.media.WavFile;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The steps of a response: collected as JSON and, of a stream, written as events. At most one step is open. A signature becomes a {@code thought} step before
 * the part that it belongs to; a signature behind the beginning of a text follows the text. Not thread-safe.
 */
final class InteractionSteps {

    private enum Open {
        NONE,
        THOUGHT,
        OUTPUT
    }

    /** The place of one step, or one text, in what is collected. */
    private record Range(long from, long to) {}

    /** The place of the data of an image that is shown by its address. */
    private record Addressed(long from, long to, JsonSource address) {}

    private static final byte[] DELTA = head("step.delta");
    private static final byte[] END = ascii("}\n\n");

    private final boolean streams;
    private final FileAddresses.@Nullable OfCall addresses;
    private final FileAddresses.@Nullable OfCall keeping;
    /** Steps without commas between them. */
    private final CollectedJson items = new CollectedJson();

    private final List<Range> steps = new ArrayList<>();
    private final List<Range> texts = new ArrayList<>(1);
    private final List<Addressed> addressed = new ArrayList<>(0);
    private final WavFile speech = new WavFile();

    private JsonPieces out = new JsonPieces();
    private Open open = Open.NONE;
    private int index = -1;
    /** The place of the first output among the steps; -1 without one. */
    private int firstOutput = -1;

    private long from;
    private boolean hasSummary;
    private boolean hasSignature;
    private boolean hasContent;
    /** The place of the open text; -1 without one. */
    private long textFrom = -1;

    /** The code points of the text before the open one, which citations count. */
    private int said;

    private int codes;
    private @Nullable String pending;

    /** @param addresses of images; null if they come inline @param keeping keeps images with the interaction; null if none are kept */
    InteractionSteps(
            boolean streams, FileAddresses.@Nullable OfCall addresses, FileAddresses.@Nullable OfCall keeping) {
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
        if (open != Open.THOUGHT || hasSignature) {
            start(Open.THOUGHT, "thought");
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

    /** Shows the signature that waits, in a thought of its own or in the one that is open. */
    private void flush() {
        String signature = pending;
        if (signature == null) {
            return;
        }
        pending = null;
        if (open != Open.THOUGHT || hasSignature) {
            start(Open.THOUGHT, "thought");
        }
        items.out().raw(hasSummary ? "\"}]" : "").raw(",\"signature\":").string(signature);
        hasSummary = false;
        hasSignature = true;
        delta(to -> to.raw("{\"type\":\"thought_signature\",\"signature\":")
                .string(signature)
                .raw('}'));
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
            sign(signature);
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
            start(Open.OUTPUT, "model_output");
            firstOutput = firstOutput < 0 ? index : firstOutput;
            items.out().raw(",\"content\":[");
        }
        items.out().raw(hasContent ? "," : "");
        hasContent = true;
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
        items.out().raw("{\"type\":\"").raw(kind(made.mimeType())).raw('"');
        if (!made.mimeType().isEmpty()) {
            items.out().raw(",\"mime_type\":").string(made.mimeType());
        }
        long data = items.size();
        items.out().raw(made.linked() ? ",\"uri\":\"" : ",\"data\":\"");
        FileAddresses.KeptImage its = keeping == null || made.linked() ? null : keeping.kept(made.data());
        if (its == null) {
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

    /** @param markdown of the code, which citations count */
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
            items.out().raw("{\"type\":\"audio\",\"mime_type\":\"audio/wav\",\"data\":\"");
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

    /** Writes a search: before the first output of a whole response, and behind the steps of a stream, which have left. */
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
        if (!streams) {
            List<Range> search = List.copyOf(steps.subList(steps.size() - 2, steps.size()));
            steps.subList(steps.size() - 2, steps.size()).clear();
            steps.addAll(firstOutput < 0 ? steps.size() : firstOutput, search);
        }
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
        for (Range step : steps) {
            to.out().raw(step == steps.getFirst() ? "" : ",");
            repeat(step.from(), step.to(), to, inline);
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
        items.out().raw("{\"type\":\"").raw(type).raw('"');
        event("step.start", to -> to.raw(",\"step\":{\"type\":\"").raw(type).raw("\"}"));
        open = kind;
    }

    private void begin() {
        index++;
        from = items.size();
    }

    private void stop() {
        steps.add(new Range(from, items.size()));
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
        open = Open.NONE;
        hasSummary = false;
        hasSignature = false;
        hasContent = false;
        stop();
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
