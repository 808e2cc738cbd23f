package dev.tollgate.serving;

import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.memory.AnswerRoom;
import dev.tollgate.books.allowances.Allowances;
import dev.tollgate.calls.files.FilePurpose;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.files.StoredFile;
import dev.tollgate.calls.jobs.BatchRunner;
import dev.tollgate.calls.jobs.JobRunner;
import dev.tollgate.calls.jobs.LineQueue;
import dev.tollgate.http.Gate;
import dev.tollgate.http.Route;
import dev.tollgate.http.RouteList;
import dev.tollgate.http.limits.Workers;
import dev.tollgate.jobs.Batch;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Job;
import dev.tollgate.keys.KeyCaller;
import dev.tollgate.protocols.batches.BatchDoor;
import dev.tollgate.protocols.batches.BatchEstimates;
import dev.tollgate.protocols.batches.BatchRoutes;
import dev.tollgate.protocols.door.BackgroundCalls;
import dev.tollgate.protocols.door.LineCalls;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.embeddings.EmbeddingsProtocol;
import dev.tollgate.running.Sweep;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work whose callers do not wait: responses and interactions in the background, and batches with their door and routes.
 *
 * @param responses makes responses and interactions
 * @param runner runs batches
 */
public record JobsModule(JobRunner responses, BatchRunner runner, BatchRoutes batches, BatchEstimates estimates) {

    static JobsModule of(
            CallGround ground, CallBooks books, BackgroundCalls background, CallDoors doors, AnswerRoom room) {
        JobRunner.Server server =
                new JobRunner.Server(books.node()::id, books.node()::mayServe, books.writer()::waiting);
        JobRunner responses = responses(ground, books, background, doors, server);
        ground.open(responses, JobRunner::leave); // last, when nothing runs any more
        Batches store = new Batches(books.database(), background.jobs(), ground.clock());
        FileStore files = doors.images().files();
        BatchDoor door = door(background, doors);
        int lines = ground.settings().get(TrafficSettings.BATCH_LINES);
        BatchRunner runner = new BatchRunner(
                background.jobs(),
                store,
                books.stores().keys(),
                server,
                inputs(files),
                door,
                room,
                Math.max(1, lines),
                ground.surroundings().random(),
                ground.clock());
        BatchRoutes.Daily daily = new BatchRoutes.Daily(
                new Allowances(books.database(), books.secrets(), ground.clock()), books.writer());
        BatchRoutes routes = new BatchRoutes(
                background.jobs(),
                store,
                files,
                door,
                doors.bodies(),
                daily,
                background.ids(),
                ground.clock(),
                wishes(ground.open(runner, BatchRunner::close)),
                lines > 0);
        Workers workers = ground.open(BatchEstimates.threads(), Workers::close);
        return new JobsModule(responses, runner, routes, new BatchEstimates(door, files, daily, workers));
    }

    private static JobRunner responses(
            CallGround ground, CallBooks books, BackgroundCalls background, CallDoors doors, JobRunner.Server server) {
        return new JobRunner(
                background.jobs(),
                books.stores().keys(),
                server,
                Map.of(
                        Job.Kind.RESPONSE,
                        background.starting(doors.responses()),
                        Job.Kind.INTERACTION,
                        background.starting(doors.interactions())),
                ground.clock());
    }

    private static BatchDoor door(BackgroundCalls background, CallDoors doors) {
        Map<String, Protocol> protocols = Map.of(
                "/v1/chat/completions",
                doors.chat(false),
                "/v1/responses",
                doors.responses(),
                "/v1/embeddings",
                new EmbeddingsProtocol(doors.reading()));
        return new BatchDoor(
                new LineCalls(background.calls()),
                background.calls().meter(),
                protocols,
                doors.reading(),
                background.memory(),
                background.vertx());
    }

    private static BatchRoutes.Runner wishes(BatchRunner runner) {
        return new BatchRoutes.Runner() {
            @Override
            public void wake() {
                runner.wake();
            }

            @Override
            public void cancel(String id) {
                runner.cancel(id);
            }
        };
    }

    /** The room that a batch needs for its next results, in bytes. */
    private static final long RESULT_BYTES = 1 << 20;

    private static LineQueue.Inputs inputs(FileStore files) {
        return new LineQueue.Inputs() {
            @Override
            public @Nullable StoredFile find(Batch batch) {
                StoredFile file = files.find(batch.job().accountId(), FilePurpose.BATCH, batch.inputId());
                return file == null || !file.isWhole() ? null : file;
            }

            @Override
            public InputStream from(StoredFile file, long place) {
                return files.pieces().from(file, place);
            }

            @Override
            public boolean hasRoom(String accountId) {
                return files.limits().hasRoomForResults(accountId, RESULT_BYTES);
            }
        };
    }

    /** Begins no more calls: the server is about to stop. */
    void stop() {
        responses.stop();
        runner.stop();
    }

    /** Returns the number of responses and interactions that this server makes. */
    public int size() {
        return responses.size();
    }

    List<Sweep> sweeps() {
        return List.of(
                new Sweep("run-jobs", JobRunner.EVERY, responses::round),
                new Sweep("run-batches", JobRunner.EVERY, runner::round));
    }

    /** @param key of callers that may call models @param whileBooksAnswer the same, while the database answers */
    List<Route<?>> routes(Gate<KeyCaller> key, Gate<KeyCaller> whileBooksAnswer) {
        List<Route<?>> routes = new ArrayList<>();
        RouteList.api(routes, Route.post("/batches", whileBooksAnswer, batches.create()));
        RouteList.api(routes, Route.post("/batches/estimate", whileBooksAnswer, estimates));
        RouteList.api(routes, Route.get("/batches", key, batches.all()));
        RouteList.api(routes, Route.get("/batches/{id}", key, batches.one()));
        RouteList.api(
                routes,
                Route.post("/batches/{id}/cancel", key, batches.cancel()).taking());
        return routes;
    }
}
