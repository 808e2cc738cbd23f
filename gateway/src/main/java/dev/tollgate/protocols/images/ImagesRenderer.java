package dev.tollgate.protocols.images;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.json.JsonSource;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.PrintedUsage;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.AnswerHeaders;
import dev.tollgate.protocols.door.answers.Renderer;
import dev.tollgate.protocols.door.answers.StreamForm;
import dev.tollgate.protocols.openai.ChatErrors;
import dev.tollgate.upstreams.media.kinds.ImageHead;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Images as OpenAI writes them (Y21), or at OpenRouter's path with its usage: one body, or an event for each. A request of the upstream gives its last
 * image alone, for the ones before it are drafts (Y4). An event leaves as soon as there is another image behind it; the last one waits for the settlement,
 * with the usage of them all.
 */
final class ImagesRenderer implements Renderer {

    private static final ApiError NO_IMAGE = ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The model answered without an image, so the call is free. Describe the picture itself in 'prompt'; the"
                            + " model may also refuse some pictures. Its words can be read at /v1/chat/completions.")
            .withStatus(400)
            .doNotRetry();

    private static final byte[] NO_USAGE = Utf8Buffer.ascii(
            ",\"usage\":{\"input_tokens\":0,\"output_tokens\":0,\"total_tokens\":0,\"input_tokens_details\":{\"text_tokens\":0,"
                    + "\"image_tokens\":0},\"output_tokens_details\":{\"image_tokens\":0,\"text_tokens\":0}}");

    /** The sizes that OpenAI's types of answers have. */
    private static final Set<String> SIZES = Set.of("1024x1024", "1024x1536", "1536x1024");

    private final Model model;
    private final ImagesRequest request;
    private final FileAddresses.@Nullable OfCall addresses;
    private final ImagesPath path;
    private final String event;
    private final long createdSeconds;

    /** The last image of each candidate, as long as none of them has left. */
    private final SortedMap<Integer, UpstreamEvent.Media> made = new TreeMap<>();

    /** The format of the first image of a body. */
    private @Nullable String format;

    /** The last image that is finished, in a stream. */
    private UpstreamEvent.@Nullable Media waits;

    private boolean hasImage;
    private boolean begun;

    /** @param addresses null if images come inline */
    ImagesRenderer(
            Model model,
            ImagesRequest request,
            FileAddresses.@Nullable OfCall addresses,
            ImagesPath path,
            long createdSeconds) {
        this.addresses = addresses;
        this.model = model;
        this.request = request;
        this.path = path;
        this.event = path == ImagesPath.EDITS ? "image_edit.completed" : "image_generation.completed";
        this.createdSeconds = createdSeconds;
    }

    @Override
    public void upstream(AnswerHeaders headers, UpstreamEvent first) {
        headers.upstreamId(first);
        String asked = request.outputFormat();
        if (asked != null && format != null && !asked.equals(format)) {
            headers.ignoring(List.of("output_format"));
        }
    }

    /** Shows that the stream is alive: the model makes an image for a while, and says nothing. */
    @Override
    public void waiting(JsonPieces out) {
        if (!begun) {
            begun = true;
            out.out().raw(StreamForm.COMMENT);
        }
    }

    @Override
    public void events(List<UpstreamEvent> events, JsonPieces out) {
        for (UpstreamEvent it : events) {
            if (it instanceof UpstreamEvent.Media image && isImage(image)) {
                hasImage = true;
                made.put(image.candidate(), image);
            } else if (request.stream() && it instanceof UpstreamEvent.Finish finish) {
                finished(made.get(finish.candidate()), out);
            }
        }
    }

    /** Writes the image that was finished before this one. Its event has no usage yet, which for programs that add up is none. */
    private void finished(UpstreamEvent.@Nullable Media image, JsonPieces out) {
        if (image == null || image == waits) { // the end of a cut answer ends each image once more
            return;
        }
        if (waits != null) {
            made.remove(waits.candidate());
            event(waits, out);
            endWithoutUsage(out.out());
            out.out().raw("\n\n");
        }
        waits = image;
    }

    private boolean isOpenRouters() {
        return path == ImagesPath.OPENROUTER;
    }

    private static boolean isImage(UpstreamEvent.Media made) {
        return made.mimeType().isEmpty() || made.mimeType().startsWith("image/");
    }

    @Override
    public long keeps(UpstreamEvent event) {
        return event instanceof UpstreamEvent.Media ? AnswerBudget.once(event) : 0;
    }

    @Override
    public @Nullable ApiError unshowable() {
        return hasImage ? null : NO_IMAGE;
    }

    @Override
    public void end(Sink.Completion completion, JsonPieces out) {
        List<UpstreamEvent.Media> all = new ArrayList<>(made.values());
        made.clear();
        if (request.stream()) {
            for (UpstreamEvent.Media image : all) {
                event(image, out);
                if (image == all.getLast()) {
                    end(completion, out.out());
                } else {
                    endWithoutUsage(out.out());
                }
                out.out().raw("\n\n");
            }
            return;
        }
        out.out().raw("{\"created\":").number(createdSeconds).raw(",\"data\":[");
        for (UpstreamEvent.Media image : all) {
            out.out().raw(image == all.getFirst() ? "{" : ",{");
            content(image, out);
            out.out().raw('}');
        }
        out.out().raw(']');
        facts(all.getFirst(), "", out.out());
        end(completion, out.out());
    }

    private void event(UpstreamEvent.Media image, JsonPieces out) {
        begun = true;
        out.out()
                .raw("event: ")
                .raw(event)
                .raw("\ndata: {\"type\":")
                .string(event)
                .raw(isOpenRouters() ? ",\"created\":" : ",\"created_at\":");
        out.out().number(createdSeconds).raw(',');
        content(image, out);
        facts(image, ",\"size\":\"auto\"", out.out());
        out.out().raw(",\"quality\":\"auto\"");
    }

    /** Writes the image itself, or where it lies. */
    private void content(UpstreamEvent.Media image, JsonPieces out) {
        JsonSource address = addresses == null || image.linked() ? null : addresses.address(image.data());
        out.out().raw(address != null || image.linked() ? "\"url\":\"" : "\"b64_json\":\"");
        if (address != null) {
            out.add(address);
        } else {
            image.data().write(out);
        }
        out.out().raw('"');
    }

    /** Writes the facts of an image. OpenAI's types know three sizes and no quality of Gemini's; its clients may refuse any other. @param otherwise another size */
    private void facts(UpstreamEvent.Media image, String otherwise, Utf8Buffer out) {
        String size = "";
        ImageHead head = image.linked() ? null : ImageHead.of(image.data().head());
        if (head != null) {
            format = head.format();
            out.raw(",\"output_format\":").string(head.format());
            size = head.width() + "x" + head.height();
        }
        if (SIZES.contains(size)) {
            out.raw(",\"size\":").string(size);
        } else {
            out.raw(otherwise);
        }
        out.raw(",\"background\":\"opaque\"");
    }

    /** Ends an image before the last one. OpenAI's types want a usage in each event, OpenRouter's do not. */
    private void endWithoutUsage(Utf8Buffer out) {
        if (!isOpenRouters()) {
            out.raw(NO_USAGE);
        }
        out.raw('}');
    }

    private void end(Sink.Completion completion, Utf8Buffer out) {
        if (isOpenRouters()) {
            completion.usage().write(out.raw(",\"usage\":"));
        } else {
            usage(completion.usage(), out);
        }
        String tier = request.tierWord(model, completion.tier());
        if (tier != null) {
            out.raw(",\"service_tier\":").string(tier);
        }
        out.raw(",\"credits_consumed\":").credits(completion.chargeMicros()).raw('}');
    }

    private static void usage(PrintedUsage usage, Utf8Buffer out) {
        long inImages = usage.tokens().of(Count.IMAGE);
        long images = usage.tokens().of(Count.OUTPUT_IMAGE);
        out.raw(",\"usage\":{\"input_tokens\":").number(usage.prompt());
        out.raw(",\"output_tokens\":").number(usage.completion());
        out.raw(",\"total_tokens\":").number(usage.totalTokens());
        out.raw(",\"input_tokens_details\":{\"text_tokens\":").number(usage.prompt() - inImages);
        out.raw(",\"image_tokens\":").number(inImages);
        out.raw("},\"output_tokens_details\":{\"image_tokens\":").number(images);
        out.raw(",\"text_tokens\":").number(usage.completion() - images).raw("}}");
    }

    @Override
    public void failed(ApiError error, JsonPieces out) {
        if (begun) {
            ChatErrors.inStream(error, isOpenRouters(), out.out());
        }
    }
}
