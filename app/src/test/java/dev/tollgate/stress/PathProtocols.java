package dev.tollgate.stress;

import dev.tollgate.base.config.Settings;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FileStore;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.CurrentModels;
import dev.tollgate.calls.schema.SchemaChecks;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.models.Model;
import dev.tollgate.models.SoldTo;
import dev.tollgate.protocols.chat.ChatProtocol;
import dev.tollgate.protocols.door.ModelNames;
import dev.tollgate.protocols.door.Protocol;
import dev.tollgate.protocols.googleapi.GenerateProtocol;
import dev.tollgate.protocols.messages.MessagesProtocol;
import dev.tollgate.protocols.responses.ResponsesProtocol;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.media.KeptFiles;
import dev.tollgate.upstreams.pool.PoolSpec;
import dev.tollgate.upstreams.pool.Upstreams;
import dev.tollgate.upstreams.signatures.Signatures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The doors of one program and models whose rules differ. The database is empty: signatures come from elsewhere. */
final class PathProtocols {

    static final int MODELS = 6;

    private static final InstantSource CLOCK = () -> Instant.EPOCH;
    private static final SecretBox SECRETS = new SecretBox("5a".repeat(32), new SecureRandom());

    private final List<Model> models = models();
    private final Database database = database();
    private final Map<String, Protocol> protocols;

    /** @param ids source of ids. @param checks null if no answer is made */
    PathProtocols(RandomGenerator ids, @Nullable SchemaChecks checks) {
        protocols = Map.of(
                "messages",
                new MessagesProtocol(
                        sold(),
                        signatures(),
                        checks,
                        ReadLimits.DEFAULT,
                        ids,
                        Duration.ofSeconds(1),
                        new ModelNames(List.of()),
                        false),
                "responses",
                new ResponsesProtocol(
                        sold(),
                        signatures(),
                        new KeptResponses(database, null, SECRETS, CLOCK, true, 1L << 40, 1L << 40),
                        new Jobs(database, null, SECRETS, CLOCK),
                        new FileAddresses(
                                new FileStore(database, null, SECRETS, CLOCK, null, null, (_, _) -> false, 1L << 40),
                                null,
                                1,
                                null),
                        SECRETS,
                        checks,
                        ReadLimits.DEFAULT,
                        Duration.ofSeconds(1),
                        CLOCK,
                        ids),
                "chat",
                new ChatProtocol(
                        sold(),
                        null,
                        checks,
                        ReadLimits.DEFAULT,
                        new Settings.JsonClients(false, List.of(), List.of(), List.of()),
                        Duration.ofSeconds(1),
                        CLOCK,
                        ids,
                        new FileAddresses(
                                new FileStore(database, null, SECRETS, CLOCK, null, null, (_, _) -> false, 1L << 40),
                                null,
                                1,
                                null),
                        false),
                "generate",
                new GenerateProtocol(
                        GenerateProtocol.Method.GENERATE,
                        null,
                        null,
                        checks,
                        ReadLimits.DEFAULT,
                        null,
                        null,
                        Duration.ofSeconds(1)),
                "stream",
                new GenerateProtocol(
                        GenerateProtocol.Method.STREAM,
                        null,
                        null,
                        checks,
                        ReadLimits.DEFAULT,
                        null,
                        null,
                        Duration.ofSeconds(1)),
                "count",
                new GenerateProtocol(
                        GenerateProtocol.Method.COUNT,
                        null,
                        null,
                        checks,
                        ReadLimits.DEFAULT,
                        null,
                        null,
                        Duration.ofSeconds(1)));
    }

    Protocol of(String door) {
        return Objects.requireNonNull(protocols.get(door), door);
    }

    Model model(int index) {
        return models.get(index);
    }

    private static Database database() {
        try {
            return Database.open(Files.createTempDirectory(Files.createDirectories(Path.of("target")), "path"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Signatures signatures() {
        return new Signatures(database, null, SECRETS, KeptFiles.NONE, CLOCK);
    }

    private CurrentModels sold() {
        Upstreams none = new Upstreams(null, PoolSpec.of(List.of()), CLOCK, new Random(0));
        return new CurrentModels(SoldTo.all(new Catalogue(Instant.EPOCH, models, List.of())), none, CLOCK);
    }

    /** Rules that differ: functions, search together with them, media in results, demanded signatures, a conversation that ends with the model. */
    private static List<Model> models() {
        List<Model> models = new ArrayList<>();
        for (String name : List.of(
                "models gemini-2.5-pro",
                "models gemini-3-pro",
                "models gemini-3.1-pro",
                "gemini-all gemini-2.5-flash",
                "gemini-all gemini-3.8-flash",
                "gemini-all gemini-4-argon")) {
            String[] fileAndId = name.split(" ");
            String file = "/catalogues/november-2026/" + fileAndId[0] + ".yaml";
            try {
                Path path = Path.of(Objects.requireNonNull(PathProtocols.class.getResource(file))
                        .toURI());
                models.add(Objects.requireNonNull(CatalogueLoader.load(path).find(fileAndId[1])));
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        return models;
    }
}
