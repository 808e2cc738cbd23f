package dev.tollgate.operator.cli;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.host.Printable;
import dev.tollgate.models.CatalogueLoader.Facts;
import dev.tollgate.operator.cli.parts.Session;
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
                "Print what other facts of the vendor would change: costs, retirements, what models can do, and rows in use that they do not have.",
                "Changes nothing.",
                "To adopt the facts, name the file in models.vendor-file and restart."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:nothing would change, and no row of the vendor is missing",
                "1:something would change, or a row is missing",
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
            JsonNode found;
            try {
                found = session.actions()
                        .checkCatalogue(session.settings(spec), file == null ? Facts.BUILT_IN : Facts.of(file));
            } catch (ApiException e) {
                throw new CannotLook(String.valueOf(e.getMessage()));
            }
            JsonNode changes = found.path("changes");
            JsonNode missing = found.path("missing");
            changes.forEach(
                    change -> lines(change).forEach(line -> session.out().println(Printable.line(line))));
            missing.forEach(row -> session.out().println(Printable.line(missing(row))));
            boolean isSame = changes.isEmpty()
                    && missing.valueStream().allMatch(row -> row.path("own").asBoolean());
            return isSame ? ExitCode.OK : ExitCode.SOFTWARE;
        }

        private static String missing(JsonNode row) {
            JsonNode renamed = row.path("renamed");
            return row.path("upstream_model").asString()
                    + (renamed.isString()
                            ? ": the other facts have this row as " + renamed.asString()
                            : ": the other facts have no such row")
                    + "; the present one stays in use for " + joined(row.path("models"));
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
