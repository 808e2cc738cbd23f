package dev.tollgate.protocols.messages;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Instructions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.BillingLine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes the conversation's messages of content blocks. Results become messages of their own. Everything else that stands between calls and their
 * results goes after the results (E11, E13).
 */
final class BlockTurns {

    private final JsonBody json;
    private final List<Message> messages = new ArrayList<>();

    BlockTurns(JsonBody json) {
        this.json = json;
    }

    /** Adds the message that the cursor stands at the end of. */
    void add(int index, String role, List<ContentBlock> blocks) {
        List<ContentBlock> rest = afterSummary(index, blocks);
        switch (role) {
            case "user" -> user(index, rest);
            case "assistant" -> assistant(index, rest);
            default -> system(index, rest);
        }
    }

    /** A summary stands for everything before it except instructions (E74). */
    private List<ContentBlock> afterSummary(int index, List<ContentBlock> blocks) {
        for (int i = blocks.size() - 1; i >= 0; i--) {
            if (blocks.get(i) instanceof ContentBlock.Summary summary) {
                messages.subList(Instructions.leading(messages), messages.size())
                        .clear();
                addUser(index, List.of(summary.text()));
                return blocks.subList(i + 1, blocks.size());
            }
        }
        return blocks;
    }

    /** Returns the messages; the last ones may wait for results that did not come. */
    List<Message> all() {
        return Instructions.inPlace(messages);
    }

    private void user(int index, List<ContentBlock> blocks) {
        List<ContentPart> said = new ArrayList<>(blocks.size());
        for (ContentBlock block : blocks) {
            switch (block) {
                case ContentBlock.Content it -> said.add(it.part());
                case ContentBlock.Result result -> messages.add(result.message());
                case ContentBlock.Call call -> throw misplaced(call, "tool_use", "user");
                case ContentBlock.Summary summary -> throw new IllegalStateException("a summary has been taken");
            }
        }
        addUser(index, said);
    }

    private void addUser(int index, List<ContentPart> said) {
        if (!said.isEmpty()) {
            messages.add(new Message.User(MessagesPlaces.NAMES.at("messages", index), said));
        }
    }

    private void assistant(int index, List<ContentBlock> blocks) {
        Set<String> served = new HashSet<>(0);
        for (ContentBlock block : blocks) {
            if (block instanceof ContentBlock.Result result && result.byServer()) {
                served.add(result.answered());
            }
        }
        Turn turn = new Turn(MessagesPlaces.NAMES.at("messages", index));
        for (ContentBlock block : blocks) {
            switch (block) {
                case ContentBlock.Content it -> {
                    if (!(it.part() instanceof ContentPart.Text text)) {
                        throw misplaced(it, "image or document", "assistant");
                    }
                    turn.text(text.text());
                }
                case ContentBlock.Call call -> {
                    if (call.byServer() && !served.contains(call.call().id())) {
                        json.ignored(call.path());
                    } else {
                        turn.call(call);
                    }
                }
                case ContentBlock.Result result -> turn.result(result);
                case ContentBlock.Summary summary -> throw new IllegalStateException("a summary has been taken");
            }
        }
        turn.end();
    }

    /** The assistant's words and calls until a result of a tool that the vendor's servers ran, and those results. */
    private final class Turn {

        private final Place place;
        private final List<JsonText> texts = new ArrayList<>(1);
        private final List<Message.ToolCall> calls = new ArrayList<>();
        private final List<Message> results = new ArrayList<>(0);

        Turn(Place place) {
            this.place = place;
        }

        void text(JsonText text) {
            open();
            texts.add(text);
        }

        void call(ContentBlock.Call call) {
            open();
            calls.add(call.call());
        }

        void result(ContentBlock.Result result) {
            if (!result.byServer()) {
                throw misplaced(result, "tool_result", "assistant");
            }
            results.add(result.message());
        }

        /** Ends the turn if all of its calls have results. */
        private void open() {
            if (!results.isEmpty() && results.size() == calls.size()) {
                end();
            }
        }

        void end() {
            if (!texts.isEmpty() || !calls.isEmpty()) {
                JsonText text = texts.isEmpty() ? null : texts.size() == 1 ? texts.getFirst() : json.joined(texts);
                messages.add(new Message.Assistant(place, text, calls, null, List.of()));
            }
            messages.addAll(results);
            List.of(texts, calls, results).forEach(List::clear);
        }
    }

    private void system(int index, List<ContentBlock> blocks) {
        for (ContentBlock block : blocks) {
            if (!(block instanceof ContentBlock.Content it && it.part() instanceof ContentPart.Text text)) {
                throw misplaced(block, "block other than text", "system");
            }
            JsonText left = BillingLine.without(text.text(), it.path(), json::ignored);
            if (!left.isEmpty()) {
                messages.add(new Message.Instruction(MessagesPlaces.NAMES.at("messages", index), left));
            }
        }
    }

    private static RuntimeException misplaced(ContentBlock block, String what, String role) {
        return JsonBody.invalid(
                block.path() + ".type",
                "must not be a " + what + " in a message of the role " + MessageText.quoted(role) + ".");
    }
}
