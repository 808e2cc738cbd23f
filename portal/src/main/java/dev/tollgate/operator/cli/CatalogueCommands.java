package dev.tollgate.operator.cli;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.Printable;
import dev.tollgate.models.CatalogueLoader.Facts;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code tollgate catalogue …}. They read a snapshot, whether or not a server runs. */
final class CatalogueCommands {

    private CatalogueCommands() {}

    @Command(
            name = "check",
            description = {
                "Print what other facts of the vendor would change: costs, retirements, what models can do. Changes nothing.",
                "To adopt the facts, name the file in models.vendor-file and restart."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:nothing would change",
                "1:something would change",
                "2:a catalogue or the books could not be read"
            },
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {

        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(
                paramLabel = "FILE",
                arity = "0..1",
                description = "A catalogue, of which only upstream_models are read. Default: the built-in one.")
        private @Nullable Path file;

        Check(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws CannotLook {
            JsonNode changes;
            try {
                changes = session.actions()
                        .checkCatalogue(session.settings(spec), file == null ? Facts.BUILT_IN : Facts.of(file))
                        .path("changes");
            } catch (ApiException e) {
                throw new CannotLook(String.valueOf(e.getMessage()));
            }
            changes.forEach(
                    change -> lines(change).forEach(line -> session.out().println(Printable.line(line))));
            return changes.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }

        private static List<String> lines(JsonNode change) {
            List<String> lines = new ArrayList<>();
            JsonNode from = change.path("from");
            lines.add((from.isNull() ? "now" : from.asString()) + " on "
                    + joined(change.path("channel_kinds")) + ": "
                    + change.path("upstream_model").asString() + ": "
                    + String.join("; ", texts(change.path("changes")))
                    + mails(change.path("mails").asLong()));
            change.path("models").forEach(model -> lines.addAll(model(model)));
            return lines;
        }

        private static String mails(long mails) {
            return mails == 0 ? "" : "; " + mails + (mails == 1 ? " mail" : " mails") + " to customers";
        }

        private static List<String> model(JsonNode model) {
            List<String> lines = new ArrayList<>();
            long accounts = model.path("accounts").asLong();
            lines.add("  " + model.path("id").asString() + ": called by " + accounts
                    + (accounts == 1 ? " account" : " accounts") + " within 30 days; margin in / out "
                    + margin(model.path("margin_before")) + ", then " + margin(model.path("margin_after")));
            JsonNode keeping = model.path("keeps_margin");
            if (keeping.isObject()) {
                lines.add("    keeps the margin: input " + keeping.path("input") + ", output " + keeping.path("output")
                        + " credits per million tokens, from that time on (POST /admin/models/"
                        + model.path("id").asString() + "/prices, or the console)");
            }
            model.path("largest")
                    .forEach(account -> lines.add("    " + account.path("id").asString() + " "
                            + account.path("name").asString() + ": " + account.path("calls") + " calls"));
            return lines;
        }

        private static String margin(JsonNode margin) {
            return percent(margin.path("input")) + " / " + percent(margin.path("output"));
        }

        private static String percent(JsonNode percent) {
            return percent.isNumber() ? percent.decimalValue().toPlainString() + " %" : "unknown";
        }

        private static String joined(JsonNode texts) {
            return String.join(", ", texts(texts));
        }

        private static List<String> texts(JsonNode texts) {
            return texts.valueStream().map(JsonNode::asString).toList();
        }
    }
}
