package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminViews;
import dev.tollgate.operator.admin.AdminViews.ApiKey;
import dev.tollgate.operator.admin.AdminViews.Expiry;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.Limit;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.AdminViews.Spend;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate key …}. */
final class KeyCommands {

    private KeyCommands() {}

    /** Which key: its id, with or without {@code --key} before it. */
    private static final class KeyId {

        @Parameters(arity = "0..1", paramLabel = "ID", description = "The key's id, as key list prints it.")
        private @Nullable String bare;

        @Option(names = "--key", paramLabel = "ID", description = "The same.")
        private @Nullable String named;

        private String of(CommandSpec spec) {
            String id = bare == null ? named : bare;
            if (id == null || (bare != null && named != null)) {
                throw new ParameterException(spec.commandLine(), "Give the id of one key, as key list prints it.");
            }
            return id;
        }
    }

    /** What both create and set take. */
    private static final class Limits {

        @Option(
                names = "--spend-hour",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most it may spend in a calendar hour (UTC), or none.")
        private @Nullable Limit spendHour;

        @Option(
                names = "--spend-day",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most it may spend in a calendar day (UTC), or none.")
        private @Nullable Limit spendDay;

        @Option(
                names = "--spend-total",
                paramLabel = "CREDITS",
                converter = Values.CreditsLimit.class,
                description = "The most it may ever spend, or none.")
        private @Nullable Limit spendTotal;

        @Option(
                names = "--allow",
                paramLabel = "ADDRESS",
                description = "Addresses and ranges that may use it, at most 10, repeated or with commas; none: all.")
        private java.util.@Nullable List<String> allow;

        @Option(
                names = "--rate",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Requests a minute, or none.")
        private @Nullable Limit rate;

        @Option(
                names = "--tokens",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Tokens a minute, or none.")
        private @Nullable Limit tokens;

        @Option(
                names = "--concurrency",
                paramLabel = "N",
                converter = Values.RateLimit.class,
                description = "Calls at once, or none.")
        private @Nullable Limit concurrency;

        @Option(
                names = "--models",
                paramLabel = "ID",
                description = "Models that it may use, by their ids, repeated or with commas; none: all.")
        private java.util.@Nullable List<String> models;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                converter = Values.End.class,
                description = "From when on it is refused, a date or a time like 2026-12-01T12:00:00Z, or none.")
        private @Nullable Expiry expiry;

        private Spend spend() {
            return new Spend(most(spendHour), most(spendDay), most(spendTotal));
        }

        private java.util.List<String> allowed() {
            return allow == null ? java.util.List.of() : Values.list(allow);
        }

        private KeyChange change(@Nullable String name) {
            return new KeyChange(
                    name,
                    spendHour,
                    spendDay,
                    spendTotal,
                    allow == null ? null : allowed(),
                    rate,
                    tokens,
                    concurrency,
                    models == null ? null : Values.list(models),
                    expiry);
        }

        private KeyChoice choice(String name, AdminViews.Kind kind) {
            return new KeyChoice(
                    name,
                    kind,
                    spend(),
                    allowed(),
                    count(rate),
                    count(tokens),
                    count(concurrency),
                    models == null ? java.util.List.of() : Values.list(models),
                    expiry == null ? null : expiry.at());
        }

        private static @Nullable Integer count(@Nullable Limit limit) {
            Long most = most(limit);
            return most == null ? null : Math.toIntExact(most);
        }

        private static @Nullable Long most(@Nullable Limit limit) {
            return limit == null ? null : limit.most();
        }
    }

    @Command(
            name = "create",
            description = "Makes a key and prints it, this once.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Create implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--account", required = true, paramLabel = "ID", description = "Whose credits it spends.")
        private String account = "";

        @Option(names = "--name", paramLabel = "NAME", description = "What it is called. Default: key.")
        private String name = "key";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                converter = Values.KeyKind.class,
                description = "api (calls models) or management (administers its account). Default: api.")
        private AdminViews.Kind kind = AdminViews.Kind.API;

        @Mixin
        private Limits limits = new Limits();

        Create(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            KeyChoice choice = limits.choice(name, kind);
            try (Administration administration = session.administration(spec)) {
                session.out().println(administration.createKey(account, choice).secret());
            }
            return Cli.done();
        }
    }

    @Command(name = "list", description = "Prints keys, never a key itself.", mixinStandardHelpOptions = true)
    static final class List implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--account", paramLabel = "ID", description = "Of this account only.")
        private @Nullable String account;

        List(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            TextTable table = new TextTable(
                    "ID",
                    "ACCOUNT",
                    "PREFIX",
                    "KIND",
                    "STATE",
                    "HOUR",
                    "DAY",
                    "TOTAL",
                    "RATE",
                    "TOKENS",
                    "AT ONCE",
                    "ALLOW",
                    "MODELS",
                    "EXPIRES",
                    "CREATED",
                    "LAST USED",
                    "NAME");
            try (Administration administration = session.administration(spec)) {
                Page<ApiKey> page = administration.keys(account, null, Administration.PAGE_MAX);
                page.data().forEach(key -> add(table, key));
                while (page.next() != null) {
                    page = administration.keys(account, page.next(), Administration.PAGE_MAX);
                    page.data().forEach(key -> add(table, key));
                }
            }
            table.print(session.out());
            return Cli.done();
        }

        private static String perMinute(@Nullable Integer limit) {
            return limit == null ? Values.NONE : limit + "/min";
        }

        private static void add(TextTable table, ApiKey key) {
            table.add(
                    key.id(),
                    key.accountId(),
                    key.prefix(),
                    Values.word(key.kind()),
                    key.disabled() ? "disabled" : "active",
                    Values.credits(key.spend().hourMicros()),
                    Values.credits(key.spend().dayMicros()),
                    Values.credits(key.spend().totalMicros()),
                    perMinute(key.requestsPerMinute()),
                    perMinute(key.tokensPerMinute()),
                    key.concurrency() == null ? Values.NONE : key.concurrency().toString(),
                    key.allow().isEmpty() ? "all" : String.join(",", key.allow()),
                    key.models().isEmpty() ? "all" : String.join(",", key.models()),
                    key.expiresAt() == null ? "never" : key.expiresAt().toString(),
                    key.createdAt().toString(),
                    key.lastUsedAt() == null ? "never" : key.lastUsedAt().toString(),
                    key.name());
        }
    }

    @Command(
            name = "rotate",
            description = "Gives a key another secret and prints it, this once. Limits and what it has spent stay.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Rotate implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private KeyId key = new KeyId();

        @Option(
                names = "--grace",
                paramLabel = "TIME",
                converter = Values.Grace.class,
                description = "How long the old one works beside it, like 90s, 30m, 24h or 7d. Default: not at all.")
        private Duration grace = Duration.ZERO;

        Rotate(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            String id = key.of(spec);
            try (Administration administration = session.administration(spec)) {
                session.out()
                        .println(administration.rotateKey(id, grace.toSeconds()).secret());
            }
            return Cli.done();
        }
    }

    @Command(
            name = "set",
            description = "Changes a key's name and limits; what is not named stays, what it has spent stays counted.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Set implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private KeyId key = new KeyId();

        @Option(names = "--name", paramLabel = "NAME", description = "What it is called.")
        private @Nullable String name;

        @Mixin
        private Limits limits = new Limits();

        Set(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            String id = key.of(spec);
            KeyChange change = limits.change(name);
            if (change.changesNothing()) {
                throw new ParameterException(spec.commandLine(), "Name at least one thing to change.");
            }
            try (Administration administration = session.administration(spec)) {
                administration.setKey(id, change);
            }
            return Cli.done();
        }
    }

    @Command(name = "disable", description = "Refuses a key's calls from now on.", mixinStandardHelpOptions = true)
    static final class Disable implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private KeyId key = new KeyId();

        Disable(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws Refused {
            String id = key.of(spec);
            try (Administration administration = session.administration(spec)) {
                administration.disableKey(id);
            }
            return Cli.done();
        }
    }
}
