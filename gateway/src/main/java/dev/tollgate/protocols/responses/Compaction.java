package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Sampling;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.upstreams.pool.Ask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a summary that takes the place of its conversation (E73).
 *
 * @param byPath whether its path is {@code /v1/responses/compact}, whose response has an object of its own
 * @param users the newest messages of the user, which that object shows again
 */
record Compaction(boolean byPath, List<Item.User> users) {

    private static final JsonText ASKED = JsonText.of("""
            Write a summary of the conversation above for a colleague who continues the work. The colleague sees nothing else except the user's \
            messages. State the user's goals and constraints; what was done, with file paths, commands and results; decisions with reasons; facts \
            that were hard to find; what is unfinished, and the next step. Plain text, at most 2,000 words. Call no function and answer nothing \
            else.""");

    private static final long TOKENS_MAX = 16_384;

    private static final long USERS_BYTES_MAX = 256_000;

    /** @param items the conversation, with summaries opened */
    static Compaction of(boolean byPath, List<Item> items) {
        List<Item.User> users = new ArrayList<>();
        long bytes = 0;
        for (Item item : byPath ? items.reversed() : List.<Item>of()) {
            if (item instanceof Item.User user) {
                bytes += user.bytes();
                if (bytes > USERS_BYTES_MAX) {
                    break;
                }
                users.addFirst(user);
            }
        }
        return new Compaction(byPath, users);
    }

    /** Returns the maximum of output tokens. @param asked the caller's; null for none */
    static long tokensMax(@Nullable Long asked) {
        if (asked != null && asked < Ask.SUMMARY_TOKENS_MIN) {
            throw JsonBody.invalid(
                    "max_output_tokens",
                    "must be at least " + Ask.SUMMARY_TOKENS_MIN + " for a compaction, got " + asked + ".");
        }
        return asked == null ? TOKENS_MAX : asked;
    }

    /**
     * Returns the conversation with the request for its summary behind it: the same beginning, for the provider's cache.
     *
     * @param place of the request
     */
    static Conversation withSummaryRequest(Place place, List<Message> before, Sampling sampling, List<Tool> functions) {
        if (before.stream().allMatch(Message.Instruction.class::isInstance)) {
            throw JsonBody.invalid("input", "must have messages that can be summarized.");
        }
        List<Message> messages = new ArrayList<>(before);
        messages.add(new Message.User(place, List.of(new ContentPart.Text(ASKED))));
        return new Conversation(
                ResponsesPlaces.NAMES.at(""),
                messages,
                sampling,
                functions,
                functions.isEmpty() ? new ToolChoice.Auto() : new ToolChoice.None(),
                false,
                new ResponseFormat.Text(),
                null,
                null,
                false,
                null);
    }
}
