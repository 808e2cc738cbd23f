package dev.tollgate;

import dev.tollgate.app.App;
import dev.tollgate.app.CannotListen;
import dev.tollgate.app.LoneSandbox;
import dev.tollgate.app.Mailing;
import dev.tollgate.app.Store;
import dev.tollgate.app.Training;
import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.host.CodePages;
import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.HangUp;
import dev.tollgate.base.host.StopSignals;
import dev.tollgate.base.log.Event;
import dev.tollgate.base.log.LogOutput;
import dev.tollgate.base.log.LogProvider;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.calls.replay.AnswersMove;
import dev.tollgate.calls.replay.SpoolFolder;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.people.StartCredits;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.CannotLook;
import dev.tollgate.operator.admin.Inspection;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.ReceiptFiles;
import dev.tollgate.operator.admin.Refused;
import dev.tollgate.operator.admin.StoredAdministration;
import dev.tollgate.operator.admin.StoredInspection;
import dev.tollgate.operator.cli.Actions;
import dev.tollgate.operator.cli.Banner;
import dev.tollgate.operator.cli.Cli;
import dev.tollgate.operator.cli.SandboxChoice;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.SecretBox;
import dev.tollgate.storage.SecretKeys;
import dev.tollgate.storage.ServerMove;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** The command line's entry. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        LogProvider.use();
        Fatal.endProcess((thread, error) -> LoggerFactory.getLogger(Main.class)
                .error(Event.THREAD_ENDED, "the thread {} has ended", thread.getName(), error));
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(args, System.getenv(), out, err);
        LogOutput.flushProcess();
        System.exit(code);
    }

    /** Runs a command to its end. @return the process's exit code */
    public static int run(String[] args, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        return Cli.run(args, environment, out, err, new Doing(out));
    }

    private record Doing(PrintWriter out) implements Actions {

        /** Serves until the process is told to stop; then the hook drains while this thread waits for it to end the process. */
        @Override
        public int serve(Settings settings, boolean newInstallation) throws Refused {
            CodePages.makeLarge();
            App app = started(settings, newInstallation);
            Thread drain = new Thread(() -> closeTelling(app), "tollgate-drain");
            Runtime.getRuntime().addShutdownHook(drain);
            StopSignals.hear(app::hurry);
            if (app.hasChannelsFile() && !HangUp.runs(app::reload)) {
                LoggerFactory.getLogger(Main.class)
                        .warn(
                                "this process was started to ignore SIGHUP (by nohup?): the channels file is not read again");
            }
            Banner banner = app.banner();
            out.print(banner.text(settings.data()));
            out.flush();
            Banner.Demo demo = banner.demo();
            if (Training.isOn() && demo != null && demo.key() != null) {
                Training.run(banner.url(), demo.key());
                Training.keepLibrary();
                Runtime.getRuntime().removeShutdownHook(drain); // or what is closed here would be closed again
                app.close();
                Training.startAgain(settings.data(), demo.key());
                return 0;
            }
            waitForever();
            return 0;
        }

        @Override
        public int sandbox(SandboxChoice choice) throws Refused {
            LoneSandbox sandbox = LoneSandbox.start(choice);
            Runtime.getRuntime().addShutdownHook(new Thread(sandbox::close, "sandbox-close"));
            out.print(SandboxChoice.banner(sandbox.url()));
            out.flush();
            waitForever();
            return 0;
        }

        private static void closeTelling(App app) {
            try {
                app.close();
            } finally {
                LogOutput.flushProcess(); // the process ends when the hooks have
            }
        }

        private static App started(Settings settings, boolean newInstallation) throws Refused {
            try {
                if (newInstallation) {
                    Store.beginAfresh(settings);
                }
                return App.start(settings);
            } catch (CannotListen e) {
                throw new Refused(String.valueOf(e.getMessage()));
            } catch (StoreException e) {
                throw new Refused(e.withCause());
            }
        }

        private static void waitForever() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public ReceiptFiles.Verdict verifyReceipts(
                Settings settings, Path file, @Nullable Path keys, @Nullable Path head) throws CannotLook {
            return ReceiptFiles.verify(() -> Store.openReading(settings), file, keys, head);
        }

        @Override
        public Administration open(Settings settings, boolean mayBegin) throws Refused {
            InstantSource clock = InstantSource.system();
            SecureRandom random = new SecureRandom();
            try {
                Store store = Store.openForCommand(settings, clock, random, mayBegin);
                return new StoredAdministration(
                        store.ledger(),
                        store.keys(),
                        store.people(),
                        store.writer(),
                        store.kind(),
                        clock,
                        random,
                        making(settings, store, random),
                        Actor.COMMAND,
                        store::close);
            } catch (StoreException e) {
                throw new Refused(e.withCause());
            }
        }

        /** Nobody signs up by a command. */
        private static OperatorLinks.Making making(Settings settings, Store store, SecureRandom random) {
            SignUp closed = new SignUp(() -> false, () -> new StartCredits(0, true));
            return new OperatorLinks.Making(
                    store.links(Mailing.letters(settings), closed, random),
                    settings.pages().publicUrl());
        }

        @Override
        public Inspection inspection(Settings settings) throws Refused {
            try {
                return new StoredInspection(Store.openReading(settings));
            } catch (StoreException e) {
                throw new Refused(e.withCause());
            }
        }

        @Override
        public String migrate(Settings settings) throws Refused {
            try {
                return Store.migrate(settings);
            } catch (StoreException e) {
                throw new Refused(e.withCause());
            }
        }

        @Override
        public void migrateToPostgres(Settings settings, Consumer<String> lines) throws Refused {
            Secret url = settings.databaseUrl();
            if (url == null) {
                throw new Refused("Name the PostgreSQL to copy to with --database jdbc:postgresql://….");
            }
            try {
                ServerMove.run(settings.data(), url.value(), to -> AnswersMove.run(() -> spools(settings), to))
                        .forEach(lines);
            } catch (StoreException e) {
                throw new Refused(e.withCause());
            }
        }

        private static SpoolFolder spools(Settings settings) {
            SecureRandom random = new SecureRandom();
            Secret key = settings.secretKey();
            SecretBox box = SecretKeys.of(key == null ? null : key.value(), settings.data(), random);
            try {
                return new SpoolFolder(settings.data().resolve("spool"), box, random, true);
            } catch (IOException e) {
                throw new CannotOpen("The folder of kept answers cannot be read: " + FileTrouble.of(e) + ".", e);
            }
        }
    }
}
