package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.Place;
import dev.tollgate.base.conversation.ProviderTool;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.json.JsonBody;
import dev.tollgate.base.json.JsonText;
import dev.tollgate.base.json.RawJson;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.jobs.JobRequest;
import dev.tollgate.calls.kept.KeptInput;
import dev.tollgate.protocols.door.CallerNames;
import dev.tollgate.protocols.door.FittedChoice;
import dev.tollgate.protocols.door.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a Responses request: known fields must have their types and ranges, unknown ones are skipped and listed (E5). Independent of the
 * model. A reader serves one body, on one thread.
 */
final class ResponsesReader {

    private final JsonBody json;
    private final boolean compacts;
    private final ToolsReader tools;
    private final InputReader items;
    private final ChoiceReader choice;
    private final SettingsReader settings;
    private final CallerNames.Reader callerNames;
    private final EchoedFields shown = new EchoedFields();

    private @Nullable String model;
    private boolean stream;
    private @Nullable String previousId;
    private boolean store = true;
    private boolean background;

    /** The parts that the response shows again as they came. */
    private static final class EchoedFields {
        private @Nullable JsonText instructions;
        private @Nullable RawJson rawInstructions;
        private @Nullable RawJson input;
        private @Nullable RawJson tools;
        private @Nullable RawJson toolChoice;
        private @Nullable RawJson metadata;
        private @Nullable String safetyIdentifier;
        private @Nullable String cacheKey;
    }

    private ResponsesReader(JsonBody json, boolean compacts) {
        this.json = json;
        this.compacts = compacts;
        this.callerNames = new CallerNames.Reader(json);
        this.tools = new ToolsReader(json);
        this.items = new InputReader(json, tools, "input");
        this.choice = new ChoiceReader(json);
        this.settings = new SettingsReader(json);
    }

    /**
     * @param body JSON in UTF-8, with a size limit set by the caller
     * @param keeps whether responses are kept unless the caller forbids it (E28)
     * @param memory charged with the memory of the result
     * @param compacts whether a summary is wanted without an item that asks for it
     * @throws dev.tollgate.base.error.ApiException 400 {@code invalid_request} that names the field, for every fault; 413 and 503 if memory is
     *     short
     */
    static OpenRequest read(byte[] body, ReadLimits limits, Lease memory, boolean keeps, boolean compacts) {
        JsonBody json = new JsonBody(body, limits, memory);
        ResponsesReader reader = new ResponsesReader(json, compacts);
        json.wholeObject(it -> it.object(reader::member));
        return reader.opened(keeps, memory);
    }

    private void member(String name) {
        switch (name) {
            case "model" -> model = json.nonEmptyString();
            case "input" -> shown.input = json.raw(items::input);
            case "instructions" -> shown.rawInstructions = json.line(() -> shown.instructions = json.text());
            case "tools" -> shown.tools = json.line(tools::tools);
            case "tool_choice" -> shown.toolChoice = json.line(choice::read);
            case "stream" -> {
                if (compacts) {
                    json.ignore();
                } else {
                    stream = json.bool();
                }
            }
            case "metadata" -> shown.metadata = json.line(callerNames::tags);
            case "user" -> callerNames.userByDefault(ignoredWord());
            case "safety_identifier" -> callerNames.user(shown.safetyIdentifier = ignoredWord());
            case "prompt_cache_key" -> cacheKey();
            case "store" -> store = json.bool();
            case "background" -> background();
            case "previous_response_id" -> previousId = json.nonEmptyString();
            case "conversation" -> throw json.invalid("is not supported. Send the whole conversation as 'input'.");
            case "prompt" -> throw json.invalid("is not supported. Send the prompt's text as 'instructions'.");
            default -> {
                if (!settings.take(name)) {
                    json.ignore();
                }
            }
        }
    }

    private void background() {
        background = json.bool();
    }

    /** Refuses what cannot be kept of an answer whose caller does not wait (J1). */
    private void checkBackground(boolean keeps, boolean isCompaction) {
        if (compacts) {
            throw JsonBody.invalid("background", "must be false: a summary is returned immediately.");
        }
        if (isCompaction) {
            throw JsonBody.invalid("background", "must be false for a request that asks for a summary.");
        }
        if (stream) {
            throw JsonBody.invalid("background", "cannot be used with 'stream': get the response by its id.");
        }
        if (!keeps) {
            throw JsonBody.invalid("background", "must be false: this server keeps no responses.");
        }
    }

    private void cacheKey() {
        callerNames.session(shown.cacheKey = json.word());
        json.skip();
    }

    private @Nullable String ignoredWord() {
        String word = json.word();
        json.ignore();
        return word;
    }

    private OpenRequest opened(boolean keeps, Lease memory) {
        if (model == null) {
            throw JsonBody.invalid("model", "is required.");
        }
        RawJson input = shown.input;
        if (input == null && !(compacts && previousId != null)) { // which OpenAI's Agents SDK summarizes alone
            throw JsonBody.invalid("input", "is required.");
        }
        boolean isCompaction = compacts || items.trigger() != null;
        if (background) {
            checkBackground(keeps, isCompaction);
        }
        KeptInput keeping =
                input != null && (store || background) && keeps && !isCompaction ? kept(input, memory) : null;
        if (keeping != null && keeping.isTooLarge()) {
            if (background) {
                throw JsonBody.invalid("input", JobRequest.TOO_LONG);
            }
            keeping = null;
        }
        if (store && keeping == null) {
            json.ignored("store");
        }
        String asked = model;
        KeptInput its = keeping == null || store ? keeping : keeping.briefly();
        return new OpenRequest(
                model, background, previousId, items.items(), json::ignored, all -> built(asked, its, all));
    }

    private static KeptInput kept(RawJson input, Lease memory) {
        int room = 2 * input.bytesMax(); // a copy, and what is compressed of it
        memory.take(room);
        try {
            return KeptInput.of(input.utf8());
        } finally {
            memory.give(room);
        }
    }

    private ResponsesRequest built(String model, @Nullable KeptInput keeping, List<Item> all) {
        ToolNames names = new ToolNames();
        List<Tool> functions = new ArrayList<>(tools.named(names));
        String search = search(functions);
        FittedChoice fitted = fitted(functions, search != null, names);
        String left = choice.leaves(ProviderTool.SEARCH) ? search : null;
        List<Message> messages = new InputTurns(json, names).of(shown.instructions, all);
        if (messages.isEmpty()) {
            throw JsonBody.invalid("input", "holds nothing to answer.");
        }
        Place trigger = compacts ? ResponsesPlaces.NAMES.at("input") : items.trigger();
        boolean isCompaction = trigger != null;
        return new ResponsesRequest(
                model,
                stream,
                background,
                settings.maxTokens(),
                settings.tier(),
                callerNames.read(),
                isCompaction ? null : left,
                previousId,
                keeping,
                settings.echo(
                        shown.rawInstructions,
                        shown.tools,
                        shown.toolChoice,
                        shown.metadata,
                        shown.safetyIdentifier,
                        shown.cacheKey),
                names,
                isCompaction ? Compaction.of(compacts, all) : null,
                tools.images(),
                choice.demandsImages(),
                choice.demanded(),
                json.ignored(),
                trigger == null
                        ? conversation(messages, functions, fitted.choice(), left != null)
                        : compaction(trigger, messages, functions, fitted.choice(), left));
    }

    /** Returns the choice, and leaves of the functions what it does, with the provider's tools apart from a search. */
    private FittedChoice fitted(List<Tool> functions, boolean hasSearch, ToolNames names) {
        functions.removeIf(Tool::isSearch);
        functions.addAll(tools.provided());
        FittedChoice fitted = choice.fitted(functions, hasSearch, tools.images() != null, names);
        functions.removeIf(tool -> {
            ProviderTool provider = tool.provider();
            return provider == null ? !fitted.leavesFunctions() : !choice.leaves(provider);
        });
        return fitted;
    }

    /** Returns the path of the tool that searches, OpenAI's or a function that says so; null without one. */
    private @Nullable String search(List<Tool> functions) {
        String search = tools.search();
        for (Tool tool : functions) {
            search = tool.isSearch() ? tool.place().path() : search;
        }
        return search;
    }

    /** Returns the conversation whose summary is asked for. Names the fields that a summary is written without. */
    private Conversation compaction(
            Place trigger,
            List<Message> messages,
            List<Tool> functions,
            ToolChoice wanted,
            @Nullable String searchPath) {
        settings.ignoreForSummary();
        if (!(wanted instanceof ToolChoice.Auto) && !(wanted instanceof ToolChoice.None)) {
            json.ignored("tool_choice");
        }
        if (searchPath != null) {
            json.ignored(searchPath);
        }
        List<Tool> declared = new ArrayList<>(functions);
        declared.removeIf(tool -> tool.provider() != null);
        functions.stream()
                .filter(tool -> tool.provider() != null)
                .forEach(tool -> json.ignored(tool.place().path()));
        return Compaction.withSummaryRequest(trigger, messages, settings.sampling(), declared);
    }

    private Conversation conversation(
            List<Message> messages, List<Tool> functions, ToolChoice toolChoice, boolean searches) {
        return new Conversation(
                ResponsesPlaces.NAMES.at(""),
                messages,
                settings.sampling(),
                functions,
                toolChoice,
                settings.oneCall(),
                settings.format(),
                settings.effort(),
                settings.showsThoughts(),
                searches,
                null);
    }
}
