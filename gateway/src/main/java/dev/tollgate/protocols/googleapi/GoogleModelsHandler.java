package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.Thinking;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.models.lists.ModelsHandler;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET …/v1beta/models} and {@code GET …/v1beta/models/{id}} in Google's shape (protocol 1.10, D51). */
public record GoogleModelsHandler(Catalogue catalogue, ModelLife life) {

    private static final int PAGE_MAX = 1_000;
    private static final int PAGE_DEFAULT = 50;

    public Handler<Caller> list() {
        return this::list;
    }

    public Handler<Caller> one() {
        return this::one;
    }

    private void list(Exchange exchange, Caller caller) {
        List<Model> models = catalogue.all().stream()
                .filter(model -> caller.mayUse(model.id()))
                .toList();
        int from = number("page_token", exchange.query("pageToken"), 0, models.size());
        int size = number("page_size", exchange.query("pageSize"), PAGE_DEFAULT, PAGE_MAX);
        page(
                exchange,
                "models",
                models.subList(from, models.size()),
                from,
                size == 0 ? PAGE_DEFAULT : size,
                model -> tree(model.id(), model));
    }

    /**
     * Answers with a part of a list.
     *
     * @param name of the list
     * @param rest the list from the part's first on, or as much of it as shows whether there is more
     * @param from the place of the part's first, as its token says
     */
    static <T> void page(
            Exchange exchange, String name, List<T> rest, int from, int size, Function<T, ObjectNode> tree) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode list = page.putArray(name);
        rest.stream().limit(size).forEach(it -> list.add(tree.apply(it)));
        if (rest.size() > size) {
            page.put("nextPageToken", Integer.toString(from + size));
        }
        exchange.json(200, GoogleJson.bytes(page));
    }

    /** Above the maximum is the maximum. */
    static int number(String name, @Nullable String text, int absent, int max) {
        if (text == null || text.isEmpty()) {
            return absent;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw ApiError.invalid(name, "Invalid value at '" + name + "': a whole number is required.")
                    .asException();
        }
        return Math.min(max, Integer.parseInt(text));
    }

    private void one(Exchange exchange, Caller caller) {
        String id = exchange.pathParam("id");
        Model model = catalogue.find(id);
        if (model == null || !caller.mayUse(model.id())) {
            exchange.fail(ModelsHandler.notFound(id));
        } else {
            exchange.json(200, GoogleJson.bytes(tree(id, model)));
        }
    }

    private ObjectNode tree(String id, Model model) {
        UpstreamModel upstream = life.current(model).upstream();
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("name", "models/" + id);
        tree.put("version", "001");
        tree.put("displayName", model.id());
        tree.put("inputTokenLimit", upstream.inputTokensMax());
        if (upstream.embedding() != null) {
            tree.putArray("supportedGenerationMethods").add("embedContent").add("batchEmbedContents");
            return tree;
        }
        tree.put("outputTokenLimit", upstream.outputTokensMax());
        tree.putArray("supportedGenerationMethods").add("generateContent").add("countTokens");
        tree.put("maxTemperature", 2);
        tree.put("thinking", !(upstream.thinking() instanceof Thinking.None));
        return tree;
    }
}
