package dev.tollgate.pages.dashboard.requests;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.base.ids.ProtocolName;
import dev.tollgate.customers.figures.CallRow;
import dev.tollgate.models.Count;
import dev.tollgate.models.Model;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.pages.words.Joined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** In which form a call was answered and what of it had no effect, as its course has it. Pure. */
public final class AnswerWords {

    private AnswerWords() {}

    /** Empty where it is not known. */
    public static String form(CallRow call) {
        JsonNode stream = call.course().path("stream");
        return stream.isBoolean() ? stream.booleanValue() ? say("Streamed") : say("Not streamed") : "";
    }

    /** Returns the name of the API that the call used. */
    public static String api(CallRow call) {
        return ProtocolName.titleOf(call.door());
    }

    /** Returns the provider's word for the filter that has stopped the answer, empty if none has. */
    public static String filter(CallRow call) {
        return call.course().path("filter").asString("");
    }

    /**
     * Returns the counts of the output that is no text, as in "2 images, 1K: 2,240 tokens"; empty if there is none.
     *
     * @param model the model that was asked; null if it is no longer on sale
     */
    public static String made(CallRow call, @Nullable Model model) {
        return Joined.facts(
                Count.MADE.stream().filter(part -> call.usage().of(part) > 0).map(part -> {
                    long tokens = call.usage().of(part);
                    String images = part == Count.OUTPUT_IMAGE && model != null ? images(tokens, model) : "";
                    return images.isEmpty()
                            ? tokens(tokens, part.modality())
                            : say("{a}: {b}", images, say("{n} token | {n} tokens", tokens));
                }));
    }

    private static String tokens(long tokens, Count.Modality modality) {
        return switch (modality) {
            case TEXT -> say("{count} text tokens", tokens);
            case IMAGE -> say("{count} image tokens", tokens);
            case AUDIO -> say("{count} audio tokens", tokens);
            case VIDEO -> say("{count} video tokens", tokens);
            case DOCUMENT -> say("{count} document tokens", tokens);
        };
    }

    /** Returns the number and size of the images of a call, which have one size; empty if these tokens can be of several numbers, or of none. */
    private static String images(long tokens, Model model) {
        UpstreamModel.Images images = model.upstream().images();
        Map<Long, List<String>> numbers = new HashMap<>();
        (images == null ? Map.<String, Long>of() : images.sizes()).forEach((size, each) -> {
            if (tokens % each == 0 && tokens / each <= model.imagesMax()) {
                numbers.computeIfAbsent(tokens / each, _ -> new ArrayList<>()).add(size);
            }
        });
        return numbers.size() != 1
                ? ""
                : numbers.entrySet().stream()
                        .map(it -> Joined.facts(
                                say("{n} image | {n} images", it.getKey()),
                                it.getValue().stream()
                                        .reduce((a, b) -> say("{a} or {b}", a, b))
                                        .orElse("")))
                        .collect(Collectors.joining());
    }

    /** Names of fields, empty where all had an effect. */
    public static String ignored(CallRow call) {
        return call.course()
                .path("ignored")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.joining(", "));
    }
}
