package dev.tollgate.serving;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.books.ledger.Records;
import dev.tollgate.books.receipts.ReceiptsHandler;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.kept.KeptById;
import dev.tollgate.calls.kept.KeptForm;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.FreeCounts;
import dev.tollgate.calls.schema.FitHandler;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.http.BodyKind;
import dev.tollgate.http.Caller;
import dev.tollgate.http.ErrorFormat;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Handler;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.WhileBooksAnswer;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.keys.KeyGate;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.lists.CodexModels;
import dev.tollgate.models.lists.ModelsHandler;
import dev.tollgate.models.lists.PricesHandler;
import dev.tollgate.protocols.audio.SpeechLists;
import dev.tollgate.protocols.chat.ChatProtocol;
import dev.tollgate.protocols.chat.EstimatedBodies;
import dev.tollgate.protocols.door.BackgroundAnswers;
import dev.tollgate.protocols.door.BackgroundCalls;
import dev.tollgate.protocols.door.Calls;
import dev.tollgate.protocols.door.Door;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.door.RoughCount;
import dev.tollgate.protocols.embeddings.EmbeddingsProtocol;
import dev.tollgate.protocols.googleapi.CacheCreation;
import dev.tollgate.protocols.googleapi.CachedContents;
import dev.tollgate.protocols.googleapi.EmbedProtocol;
import dev.tollgate.protocols.googleapi.GenerateErrors;
import dev.tollgate.protocols.googleapi.GenerateProtocol;
import dev.tollgate.protocols.googleapi.GoogleModelsHandler;
import dev.tollgate.protocols.googleapi.TokenCount;
import dev.tollgate.protocols.googleapi.UnknownMethodHandler;
import dev.tollgate.protocols.googleapi.interactions.BackgroundInteractions;
import dev.tollgate.protocols.googleapi.interactions.InteractionHandlers;
import dev.tollgate.protocols.images.ImageFiles;
import dev.tollgate.protocols.images.ImagesPath;
import dev.tollgate.protocols.messages.MessagesErrors;
import dev.tollgate.protocols.messages.MessagesProtocol;
import dev.tollgate.protocols.messages.RequestIdGate;
import dev.tollgate.protocols.responses.BackgroundResponses;
import dev.tollgate.protocols.responses.KeptHandlers;
import dev.tollgate.protocols.responses.ResponsesProtocol;
import dev.tollgate.upstreams.signatures.Signatures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The part of the routes table that callers' programs use, with a key; the playground asks by the same doors. */
public record CallRoutes(
        CallGround ground,
        CallBooks books,
        Calls calls,
        SchemaChecks checks,
        Signatures signatures,
        KeptResponses kept,
        FileAddresses images,
        Workers signing,
        FreeCounts counts,
        BackgroundCalls background) {

    /** Errors of a path of all protocols. */
    static final ErrorFormat OF_CLIENT = new ErrorFormat() {
        @Override
        public byte[] render(ApiError error) {
            return ErrorFormat.PLATFORM.render(error);
        }

        @Override
        public ErrorFormat of(Exchange exchange) {
            if (KeyGate.isOfGooglesClient(exchange)) {
                return GenerateErrors.OBJECT;
            }
            return KeyGate.isOfAnthropicsClient(exchange) ? MessagesErrors.ofList(exchange) : ErrorFormat.PLATFORM;
        }
    };

    CallDoors doors() {
        return new CallDoors(ground, books, calls, checks, signatures, kept, images, background);
    }

    /** Returns the protocol of the calls that jobs make. */
    Protocol responses() {
        return doors().responses();
    }

    /** @param ofAccounts the portal's, of an account's money, calls and keys */
    public List<Route<?>> table(KeyGate key, List<Route<?>> ofAccounts) {
        List<Route<?>> routes = new ArrayList<>();
        models(routes, key);
        keptResponses(routes, key);
        routes.addAll(ofAccounts);
        receipts(routes, key.ofAccountOrManagement(Scope.USAGE_READ));
        Gate<KeyCaller> modelKey = whileBooksAnswer(key.forModels());
        ground.surroundings()
                .protocols()
                .forEach((path, protocol) -> routes.add(doors().of(protocol).route(path, modelKey)));
        KeyGate googleKey = key.orAsGooglesClients();
        Batches batches = new Batches(books.database(), background.jobs(), ground.clock());
        FileRoutes files = new FileRoutes(doors(), books, images, calls.secrets(), batches);
        files.openAi(routes, key);
        for (String version : List.of("/v1beta", "/v1alpha", "/v1")) {
            for (String base : List.of(version, "/v1/gemini" + version)) {
                google(routes, base, googleKey);
                files.google(routes, base + "/files", googleKey.forModels());
                caches(routes, base + "/cachedContents", googleKey.forModels());
            }
            for (String base : List.of("/upload" + version, "/v1/gemini/upload" + version)) {
                files.uploads(routes, base + "/files", googleKey.forModels());
            }
        }
        return routes;
    }

    private void caches(List<Route<?>> routes, String path, KeyGate key) {
        CachedContents caches = doors().cachedContents();
        Gate<KeyCaller> gate = whileBooksAnswer(key);
        Supplier<Route<KeyCaller>> creating = () -> {
            CacheCreation creation = new CacheCreation(caches, calls.models(), signatures);
            return doors().of(creation).countingRoute(path, gate, counts, creation);
        };
        routes.add(Route.post(path, gate, (exchange, caller) -> creating.get()
                        .handler()
                        .handle(exchange, caller))
                .withBodyGate((exchange, caller) -> () -> doors().bodies().paid(caller.accountId()))
                .withErrors(GenerateErrors.OBJECT));
        Stream.of(
                        Route.get(path, key, caches.stored().all()),
                        Route.get(path + "/{id}", key, caches.stored().one()),
                        Route.patch(path + "/{id}", key, caches.patch()),
                        Route.delete(path + "/{id}", key, caches.stored().delete()))
                .forEach(route -> routes.add(route.withErrors(GenerateErrors.OBJECT)));
    }

    private void models(List<Route<?>> routes, KeyGate key) {
        Gate<KeyCaller> modelKey = whileBooksAnswer(key.forModels());
        chats(routes, modelKey);
        responses(routes, key, modelKey);
        RouteList.api(
                routes, doors().of(new EmbeddingsProtocol(doors().reading())).route("/embeddings", modelKey));
        RouteList.api(routes, doors().of(doors().completions()).route("/completions", modelKey));
        imagesAndAudio(routes, modelKey);
        messages(routes, key.forModels().orAsAnthropicsClients());
        catalogue(routes, key);
    }

    private void chats(List<Route<?>> routes, Gate<KeyCaller> modelKey) {
        Door chat = doors().of(doors().chat(false));
        RouteList.api(routes, chat.route("/chat/completions", modelKey));
        Door.Others others = new EstimatedBodies(
                calls.models(),
                doors().images(ImagesPath.GENERATIONS),
                doors().images(ImagesPath.EDITS),
                doors().completions(),
                doors().audio(false),
                doors().audio(true),
                new EmbeddingsProtocol(doors().reading()));
        RouteList.api(
                routes,
                chat.countingRoute("/estimate", modelKey, counts, ChatProtocol.estimate(), others)
                        .taking(BodyKind.JSON, BodyKind.MULTIPART));
    }

    private void responses(List<Route<?>> routes, KeyGate key, Gate<KeyCaller> modelKey) {
        ResponsesProtocol protocol = doors().responses();
        Door responses = doors().inBackground(protocol, keptHandlers()::repeat);
        RouteList.api(routes, responses.route("/responses", modelKey));
        RouteList.api(routes, doors().of(protocol.compacting()).route("/responses/compact", modelKey));
        Gate<KeyCaller> countsKey = whileBooksAnswer(key.forModels().forTokenCounts());
        RouteList.api(
                routes,
                responses.promptCountingRoute("/responses/input_tokens", countsKey, counts, ResponsesProtocol.count()));
    }

    private void imagesAndAudio(List<Route<?>> routes, Gate<KeyCaller> modelKey) {
        RouteList.api(
                routes, doors().of(doors().images(ImagesPath.GENERATIONS)).route("/images/generations", modelKey));
        RouteList.api(routes, doors().of(doors().images(ImagesPath.OPENROUTER)).route("/images", modelKey));
        RouteList.api(
                routes,
                doors().of(doors().images(ImagesPath.EDITS))
                        .route("/images/edits", modelKey)
                        .taking(BodyKind.JSON, BodyKind.MULTIPART));
        RouteList.api(routes, Route.get("/images/files/{name}", Gate.PUBLIC, new ImageFiles(images.files())));
        RouteList.api(routes, doors().of(doors().audio(false)).route("/audio/speech", modelKey));
        RouteList.api(
                routes,
                doors().of(doors().audio(true))
                        .route("/audio/transcriptions", modelKey)
                        .taking(BodyKind.MULTIPART));
        SpeechLists speech = new SpeechLists(calls.models());
        RouteList.api(routes, Route.get("/audio/models", Gate.PUBLIC, speech.models()));
        RouteList.api(routes, Route.get("/audio/voices", Gate.PUBLIC, speech.voices()));
    }

    private void catalogue(List<Route<?>> routes, KeyGate key) {
        ModelsHandler models = new ModelsHandler(
                books.stores().sold(), calls.models(), new CodexModels(instructions()), calls.models()::now);
        GoogleModelsHandler googleModels = new GoogleModelsHandler(ground.catalogue(), calls.models());
        RouteList.api(routes, ofAll("/models", key, models.list(), googleModels.list()));
        RouteList.api(routes, ofAll("/models/{id...}", key, models.one(), googleModels.one()));
        PricesHandler.Versions versions =
                (accountId, version) -> Records.read(() -> books.stores().sold().onSale(accountId, version));
        RouteList.api(
                routes,
                Route.get(
                        "/prices",
                        key,
                        new PricesHandler(books.stores().sold(), versions, calls.models(), calls.models()::now)));
    }

    private @Nullable String instructions() {
        Path file = ground.settings().find(TrafficSettings.CODEX_INSTRUCTIONS);
        if (file == null) {
            return null;
        }
        try {
            return new String(OperatorFile.read(file, CodexModels.INSTRUCTIONS_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            String fault = e instanceof OperatorFile.Unfit ? e.getMessage() : "cannot be read";
            throw new ConfigException(TrafficSettings.CODEX_INSTRUCTIONS.name() + " is " + file + ", which " + fault
                    + "; allowed is a text file of at most " + CodexModels.INSTRUCTIONS_BYTES_MAX + " bytes.");
        }
    }

    private KeptHandlers keptHandlers() {
        return new KeptHandlers(kept, images, inBackground(Job.Kind.RESPONSE, new BackgroundResponses()));
    }

    private KeptById.Background inBackground(Job.Kind kind, BackgroundAnswers.Form form) {
        return new BackgroundAnswers(kind, background.jobs(), background.runner(), form);
    }

    private void keptResponses(List<Route<?>> routes, KeyGate anyKey) {
        KeyGate key = anyKey.forModels();
        KeptHandlers handlers = keptHandlers();
        RouteList.api(routes, Route.get("/responses/{id}", key, handlers.one()));
        RouteList.api(routes, Route.delete("/responses/{id}", key, handlers.delete()));
        RouteList.api(routes, Route.get("/responses/{id}/input_items", key, handlers.inputItems()));
        RouteList.api(
                routes,
                Route.post("/responses/{id}/cancel", key, handlers.cancel()).taking());
    }

    private void messages(List<Route<?>> routes, KeyGate key) {
        RouteList.api(
                routes,
                doors().of(doors().messages(false))
                        .route("/messages", new RequestIdGate<>(whileBooksAnswer(key), any -> true)));
        Gate<KeyCaller> countsKey = new RequestIdGate<>(whileBooksAnswer(key.forTokenCounts()), any -> true);
        RouteList.api(
                routes,
                doors().of(doors().messages(true))
                        .promptCountingRoute("/messages/count_tokens", countsKey, counts, MessagesProtocol.count()));
    }

    private void receipts(List<Route<?>> routes, KeyGate key) {
        ReceiptsHandler receipts = new ReceiptsHandler(books.stores().receipts(), ground.clock(), signing);
        RouteList.api(routes, Route.get("/receipts", key, receipts.list()));
        RouteList.api(routes, Route.get("/receipts/head", key, receipts.head()));
        RouteList.api(routes, Route.get("/receipts/key", key, receipts.keys()));
        RouteList.api(routes, Route.get("/receipts/{task_id}", key, receipts.one()));
    }

    /** The playground's calls of a model; their responses report the cost while they run. */
    public Route<KeyCaller> playgroundChat(Gate<KeyCaller> session) {
        return doors().of(doors().chat(true)).route("/playground/chat", session);
    }

    /** Returns the route that estimates the price of a playground call. */
    public Route<KeyCaller> playgroundEstimate(Gate<KeyCaller> session) {
        return doors().of(doors().chat(false))
                .countingRoute("/playground/estimate", session, counts, ChatProtocol.estimate());
    }

    /** Returns the route that counts the tokens of a playground call: the provider does that, free of charge. */
    public Route<KeyCaller> playgroundCount(Gate<KeyCaller> session) {
        return doors().of(doors().chat(false))
                .countingRoute("/playground/count", session, counts, RoughCount.shown("{\"tokens\":"));
    }

    /** Returns the route that says whether a response of the playground fits its schema. */
    public Route<KeyCaller> playgroundFit(Gate<KeyCaller> session) {
        return Route.post("/playground/fit", session, new FitHandler(checks))
                .withBodyGate((exchange, caller) -> () -> doors().bodies().paid(caller.accountId()));
    }

    /** A path of all protocols: the key's header says which one is meant (D51, E17). */
    private static Route<?> ofAll(String path, KeyGate key, Handler<Caller> openAi, Handler<Caller> google) {
        Handler<Caller> handler = (exchange, caller) -> {
            exchange.setHeader("vary", "authorization, x-api-key, x-goog-api-key, anthropic-version");
            (KeyGate.isOfGooglesClient(exchange) ? google : openAi).handle(exchange, caller);
        };
        Gate<KeyCaller> gate = new RequestIdGate<>(key.orAsAnyClient(), KeyGate::isOfAnthropicsClient);
        return Route.get(path, gate, handler).withErrors(OF_CLIENT);
    }

    /** The Gemini door under one of its bases (D23); {@code GET /v1/models} is a path of all protocols (D51). */
    private void google(List<Route<?>> routes, String base, KeyGate key) {
        Gate<KeyCaller> modelKey = whileBooksAnswer(key.forModels());
        GoogleModelsHandler models = new GoogleModelsHandler(ground.catalogue(), calls.models());
        Door whole = doors().of(doors().generate(GenerateProtocol.Method.GENERATE));
        Door stream = doors().of(doors().generate(GenerateProtocol.Method.STREAM));
        Door count = doors().of(doors().generate(GenerateProtocol.Method.COUNT));
        // Vercel's provider leaves "models/" out where an id has a slash.
        for (String model : List.of(base + "/models/{model...}:", base + "/{model...}:")) {
            routes.add(whole.route(model + "generateContent", modelKey));
            routes.add(stream.route(model + "streamGenerateContent", modelKey));
            routes.add(count.countingRoute(model + "countTokens", modelKey, counts, new TokenCount()));
            routes.add(doors().of(new EmbedProtocol(false, doors().reading())).route(model + "embedContent", modelKey));
            routes.add(doors().of(new EmbedProtocol(true, doors().reading()))
                    .route(model + "batchEmbedContents", modelKey));
        }
        routes.add(Route.post(base + "/models/{id...}", key, new UnknownMethodHandler())
                .taking()
                .withErrors(GenerateErrors.OBJECT));
        InteractionHandlers interactions = new InteractionHandlers(
                kept.of(KeptForm.INTERACTIONS),
                images,
                inBackground(Job.Kind.INTERACTION, new BackgroundInteractions()));
        routes.add(doors().inBackground(doors().interactions(), interactions::repeat)
                .route(base + "/interactions", modelKey));
        KeyGate anyKey = key.forModels();
        Stream.of(
                        Route.get(base + "/interactions/{id}", anyKey, interactions.one()),
                        Route.delete(base + "/interactions/{id}", anyKey, interactions.delete()),
                        Route.post(base + "/interactions/{id}/cancel", anyKey, interactions.cancel())
                                .taking())
                .forEach(route -> routes.add(route.withErrors(GenerateErrors.OBJECT)));
        if (!base.equals("/v1")) {
            routes.add(Route.get(base + "/models", key, models.list()).withErrors(GenerateErrors.OBJECT));
            routes.add(Route.get(base + "/models/{id...}", key, models.one()).withErrors(GenerateErrors.OBJECT));
        }
    }

    <C> Gate<C> whileBooksAnswer(Gate<C> gate) {
        return new WhileBooksAnswer<>(gate, books.writer()::refuses);
    }
}
