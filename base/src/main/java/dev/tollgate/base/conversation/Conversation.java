package dev.tollgate.base.conversation;

import dev.tollgate.base.conversation.Place.Member;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A checked request to a model, before any decision that depends on the model. Null means that the caller did not say.
 *
 * @param place the caller's body
 * @param messages at least one
 * @param tools in the caller's order
 * @param webSearch whether the caller requests a web search in addition to the tools (D15)
 */
public record Conversation(
        Place place, List<Message> messages, List<Tool> tools, ToolChoice toolChoice, boolean webSearch, Wish wish) {

    /**
     * The wish of the caller about the answer.
     *
     * @param oneCall whether an answer is shown with one call at most, for callers that do one after the other
     * @param output that the caller asks for besides text
     */
    public record Wish(
            Sampling sampling,
            boolean oneCall,
            ResponseFormat responseFormat,
            @Nullable Effort reasoningEffort,
            @Nullable Boolean includeThoughts,
            @Nullable GoogleOptions google,
            OutputWish output) {

        /** Returns this wish with other thoughts. */
        public Wish thinking(@Nullable Effort effort, @Nullable Boolean shown, @Nullable GoogleOptions options) {
            return new Wish(sampling, oneCall, responseFormat, effort, shown, options, output);
        }
    }

    /** The braces and names around a text, at either kind of upstream. */
    private static final int MESSAGE_BYTES = 48;

    /** A tool without its description. More would let a small body with many tools take much room. */
    private static final int TOOL_BYTES = 512;

    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** Makes a request that says nothing of its output. */
    public Conversation(
            Place place,
            List<Message> messages,
            Sampling sampling,
            List<Tool> tools,
            ToolChoice toolChoice,
            boolean oneCall,
            ResponseFormat responseFormat,
            @Nullable Effort reasoningEffort,
            @Nullable Boolean includeThoughts,
            boolean webSearch,
            @Nullable GoogleOptions google) {
        this(
                place,
                messages,
                tools,
                toolChoice,
                webSearch,
                new Wish(sampling, oneCall, responseFormat, reasoningEffort, includeThoughts, google, OutputWish.NONE));
    }

    /** Makes a request of one turn of the user's, for text and without tools. @param said the field of the turn */
    public static Conversation ofTurn(
            Place place,
            Place said,
            List<ContentPart> parts,
            Sampling sampling,
            @Nullable Effort reasoningEffort,
            OutputWish output) {
        return new Conversation(
                place,
                List.of(new Message.User(said, parts)),
                List.of(),
                new ToolChoice.Auto(),
                false,
                new Wish(sampling, false, new ResponseFormat.Text(), reasoningEffort, null, null, output));
    }

    public Sampling sampling() {
        return wish.sampling();
    }

    public boolean oneCall() {
        return wish.oneCall();
    }

    public ResponseFormat responseFormat() {
        return wish.responseFormat();
    }

    public @Nullable Effort reasoningEffort() {
        return wish.reasoningEffort();
    }

    public @Nullable Boolean includeThoughts() {
        return wish.includeThoughts();
    }

    public @Nullable GoogleOptions google() {
        return wish.google();
    }

    public OutputWish output() {
        return wish.output();
    }

    /** Returns whether the answer is to be grounded in a web search, by whichever spelling the caller chose (D15). */
    public boolean searches() {
        return webSearch || !tools.isEmpty() && tools.stream().anyMatch(Tool::isSearch);
    }

    /** Returns the provider's tools that the model may use, by whichever spelling the caller chose. */
    public Set<ProviderTool> providerTools() {
        Set<ProviderTool> used = EnumSet.noneOf(ProviderTool.class);
        if (webSearch) {
            used.add(ProviderTool.SEARCH);
        }
        for (Tool tool : tools) {
            ProviderTool its = tool.provider();
            if (its != null) {
                used.add(its);
            }
        }
        return used;
    }

    /** The field that asks for a web search, to blame where there is none; only of use where {@link #searches}. */
    public String searchField() {
        return place.path(webSearch ? Member.WEB_SEARCH : Member.TOOLS);
    }

    /** Returns the field that asks for a tool of the provider's, to blame if there is none. */
    public String fieldOf(ProviderTool tool) {
        return tool == ProviderTool.SEARCH ? searchField() : place.path(Member.TOOLS);
    }

    /** Returns this conversation with other tools. */
    public Conversation withTools(List<Tool> others) {
        return with(messages, others, toolChoice, webSearch, wish);
    }

    /** Returns this conversation without the search that is requested in addition to the tools. */
    public Conversation withoutWebSearch() {
        return with(messages, tools, toolChoice, false, wish);
    }

    /** Returns this conversation with other messages. @param change makes each of them */
    public Conversation withMessages(UnaryOperator<Message> change) {
        return with(messages.stream().map(change).toList(), tools, toolChoice, webSearch, wish);
    }

    /**
     * Returns this conversation with what one model is asked to think.
     *
     * @param effort null if a budget decides
     * @param budget what its thinking budget is; null if an effort decides
     */
    public Conversation thinking(@Nullable Effort effort, @Nullable GoogleOptions budget) {
        GoogleOptions options = budget == null ? google() : budget.with(google());
        return asking(wish.thinking(effort, includeThoughts(), options), webSearch);
    }

    /** Returns this conversation with another wish. @param searches whether the answer is to be grounded in a web search */
    public Conversation asking(Wish its, boolean searches) {
        return with(messages, tools, toolChoice, searches, its);
    }

    /** Returns this conversation with other messages and tools. */
    public Conversation with(List<Message> said, List<Tool> its, ToolChoice choice) {
        return with(said, its, choice, webSearch, wish);
    }

    private Conversation with(List<Message> said, List<Tool> its, ToolChoice choice, boolean searches, Wish asked) {
        return new Conversation(place, said, its, choice, searches, asked);
    }

    /** Returns about how many bytes it takes as JSON, media left out. */
    public int expectedBytes() {
        long bytes = 0;
        for (Tool tool : tools) {
            bytes += TOOL_BYTES
                    + (tool.description() == null ? 0 : tool.description().length());
        }
        for (Message message : messages) {
            bytes += MESSAGE_BYTES + message.textLength();
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE / 2);
    }

    /** Returns whether the conversation contains anything except text. */
    public boolean hasMedia() {
        for (Message message : messages) {
            if (message.hasMedia()) {
                return true;
            }
        }
        return false;
    }

    /** The tools that are functions of the caller's; a tool of the provider's is not one. */
    public List<Tool> functions() {
        return tools.isEmpty()
                ? tools
                : tools.stream().filter(tool -> tool.provider() == null).toList();
    }
}
