package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Instructions;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.OpenCalls;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.Place.Member;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.protocols.door.BillingLine;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages of items: neighbouring texts, pictures and calls of the assistant are one turn, its results follow it, and what stands between a call and its
 * result follows the results (E11, E12). Used once.
 */
final class InputTurns {

    private final JsonBody json;
    private final ToolNames names;
    private final List<Message> messages = new ArrayList<>();
    private final Set<String> called = new HashSet<>();
    private final List<JsonText> texts = new ArrayList<>();
    private final List<Message.SentBack> files = new ArrayList<>();
    private final List<Message.ToolCall> calls = new ArrayList<>();
    /** Results, and what stands between them. */
    private final List<Message> results = new ArrayList<>();

    /** The open turn's calls. Small servers number their calls again in each turn. */
    private OpenCalls<Item.Call, Item.Result> open = new OpenCalls<>();

    private @Nullable Place turn;
    private boolean begun;

    /** @param json charged for joined texts */
    InputTurns(JsonBody json, ToolNames names) {
        this.json = json;
        this.names = names;
    }

    /** Returns the messages. @throws dev.tollgate.base.error.ApiException 400 for a call without result, a result without call and an id that a turn has twice */
    List<Message> of(@Nullable JsonText instructions, List<Item> items) {
        if (instructions != null) {
            Item.Content text = new Item.Content("instructions", new ContentPart.Text(instructions));
            for (Item.Content part : withoutBilling(List.of(text))) {
                messages.add(new Message.Instruction(Place.at(part.path()), part.textOf("a system message")));
            }
        }
        items.forEach(this::add);
        end();
        return Instructions.inPlace(messages);
    }

    private void add(Item item) {
        switch (item) {
            case Item.Instruction it -> instruction(it);
            case Item.User it -> user(it.place(), it.parts(), false);
            case Item.Summary it -> user(it.place(), it.parts(), false);
            case Item.Assistant it -> texts(it);
            case Item.Call it -> call(it);
            case Item.Picture it -> {
                open(it.place());
                files.add(it.made());
            }
            case Item.Result it -> result(it);
            case Item.Reference it -> throw new IllegalStateException("an unresolved reference: " + it.id());
        }
    }

    private void instruction(Item.Instruction item) {
        List<Item.Content> parts = withoutBilling(item.parts());
        if (begun && parts.stream().anyMatch(part -> part.part() instanceof ContentPart.Media)) {
            user(item.place(), parts, true);
            return;
        }
        for (Item.Content part : parts) {
            addMessage(new Message.Instruction(item.place(), part.textOf("a system message")));
        }
    }

    /** A part that is left empty goes, too. */
    private List<Item.Content> withoutBilling(List<Item.Content> parts) {
        List<Item.Content> left = new ArrayList<>(parts.size());
        for (Item.Content part : parts) {
            JsonText given = part.part() instanceof ContentPart.Text it ? it.text() : JsonText.EMPTY;
            JsonText text = BillingLine.without(given, part.path(), json::ignored);
            if (text == given) {
                left.add(part);
            } else if (!text.isEmpty()) {
                left.add(new Item.Content(part.path(), new ContentPart.Text(text)));
            }
        }
        return left;
    }

    private void user(Place place, List<Item.Content> parts, boolean isInstruction) {
        begun = true;
        if (!parts.isEmpty()) {
            addMessage(new Message.User(place, contents(parts), isInstruction));
        }
    }

    private void addMessage(Message message) {
        if (open.isAnswered()) {
            end();
            messages.add(message);
        } else {
            results.add(message);
        }
    }

    private static List<ContentPart> contents(List<Item.Content> parts) {
        return parts.stream().map(Item.Content::part).toList();
    }

    private void texts(Item.Assistant item) {
        List<JsonText> said = item.parts().stream()
                .map(part -> part.textOf("an assistant message"))
                .filter(text -> !text.isEmpty())
                .toList();
        begun = true;
        if (!said.isEmpty()) {
            open(item.place());
            texts.addAll(said);
        }
    }

    private void call(Item.Call item) {
        open(item.place());
        if (open.has(item.callId())) {
            throw JsonBody.invalid(
                    item.place().path(Member.CALLS),
                    "must differ from the ids of the turn's other calls, " + MessageText.quoted(item.callId())
                            + " is there twice.");
        }
        called.add(item.callId());
        open.add(item.callId(), item);
        calls.add(new Message.ToolCall(item.place(), item.callId(), names.flat(item.tool()), item.arguments(), null));
    }

    private void result(Item.Result item) {
        if (open.answer(item.callId(), item) == null) {
            String why = called.contains(item.callId())
                    ? "answers " + MessageText.quoted(item.callId()) + ", which has been answered already."
                    : "must be the id of a call before it, got " + MessageText.quoted(item.callId()) + ".";
            throw JsonBody.invalid(item.place().path(Member.ANSWERED), why);
        }
        results.add(new Message.ToolResult(item.place(), item.callId(), contents(item.parts())));
    }

    /** Begins a turn, or goes on with one whose calls wait for results. */
    private void open(Place place) {
        begun = true;
        if (!results.isEmpty() && open.isAnswered()) {
            end();
        }
        turn = turn == null ? place : turn;
    }

    private void end() {
        for (Item.Call call : open.unanswered()) {
            throw JsonBody.invalid(
                    call.place().path(Member.CALLS),
                    "needs a result, " + MessageText.quoted(call.callId()) + " has none.");
        }
        if (turn != null) {
            JsonText text = texts.isEmpty() ? null : json.joined(texts);
            messages.add(new Message.Assistant(turn, text, calls, null, files));
        }
        messages.addAll(results);
        turn = null;
        open = new OpenCalls<>();
        List.of(texts, files, calls, results).forEach(List::clear);
    }
}
