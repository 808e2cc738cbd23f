package dev.tollgate.customers.organizations;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.CallLabels;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Language;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.books.labels.Labels;
import dev.tollgate.books.ledger.CreateAccount;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyCaller.LabelRules;
import dev.tollgate.keys.Scope;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** An organization itself, the values of its labels and its audit log. */
public final class OrganizationActions {

    private static final Field<String> NAME = Field.text("name", sentence("Name"))
            .that(
                    name -> !name.isBlank() && name.length() <= CreateAccount.NAME_CHARS_MAX,
                    sentence("{field} must have 1 to {most} characters.", FIELD, CreateAccount.NAME_CHARS_MAX))
            .chars(1, CreateAccount.NAME_CHARS_MAX)
            .orMissing()
            .help("Name of the organization.");
    private static final Field<ZoneId> TIME_ZONE = Field.zone("time_zone", sentence("Time zone"))
            .orMissing()
            .help("Time zone of the windows of budgets, like Europe/Berlin.");
    private static final Field<List<String>> TAG_NAMES = Field.list(
                    "tag_names", sentence("Names of tags"), CallLabels.NAMES_MAX, Field::string)
            .that(
                    names -> names.stream().allMatch(CallLabels::isName),
                    sentence(
                            "{field} must have names of 1 to 32 characters: a to z, 0 to 9, _ and -, of which the first is a letter.",
                            FIELD))
            .orMissing()
            .help("Names of the tags that are counted.");
    private static final Field<Boolean> END_USERS =
            Field.flag("end_users", sentence("Count end users")).orMissing().help("Whether end users are counted.");
    private static final Field<String> LANGUAGE = Field.text("language", sentence("Language of e-mails"))
            .orNull(sentence("the operator's"))
            .help("Language of e-mails to people who have chosen none, like zh-Hans.");
    private static final Field<String> END_USER = Field.text("end_user", sentence("End user"))
            .help("The end user, as tasks and usage show it, or as calls send it.");

    static final Action<OrganizationStores, ActionRequest> SHOW = Action.get(
            "organization.show", "", Scope.MEMBERS_READ, "Show the organization.", OrganizationActions::show);

    public static final Action<OrganizationStores, String> SET = Action.change(
                    "organization.set",
                    "PATCH",
                    "",
                    Right.ORGANIZATION,
                    null,
                    "Change an organization. What is not named stays.",
                    NAME,
                    TIME_ZONE,
                    TAG_NAMES,
                    END_USERS,
                    LANGUAGE)
            .does(OrganizationActions::change, (stores, request, id) -> show(stores, request));

    static final Action<OrganizationStores, ActionRequest> TAG_VALUES = Action.list(
            "tag.values",
            "/tags/{name}",
            Scope.USAGE_READ,
            "List the values of a tag.",
            OrganizationActions::tagValues);

    public static final Action<OrganizationStores, String> ERASE = Action.change(
                    "end_user.erase",
                    "POST",
                    "/end-users/erase",
                    Right.ORGANIZATION,
                    Scope.MEMBERS_WRITE,
                    "Erase an end user's name. The sums stay.",
                    END_USER)
            .does((stores, request) -> stores.organizations().eraseEndUser(request.by(), request.need(END_USER)));

    static final Action<OrganizationStores, ActionRequest> AUDIT_LOG = Action.list(
            "audit-log.list",
            "/audit-log",
            Scope.AUDIT_READ,
            "List what was changed in the organization.",
            OrganizationActions::auditLog);

    /** All rows. */
    public static final List<Action<OrganizationStores, ?>> ALL = List.of(SHOW, SET, TAG_VALUES, ERASE, AUDIT_LOG);

    /** The rows of the operator's audit log. */
    static final List<DeedKind> TOLD = List.of(
            new DeedKind("organization.name", sentence("Renamed an organization"), NAME.fact()),
            new DeedKind("organization.time_zone", sentence("Set the time zone of budgets"), TIME_ZONE.fact()),
            new DeedKind(
                    "organization.language",
                    sentence("Set the language of an organization's e-mails"),
                    LANGUAGE.fact()),
            new DeedKind("organization.labels", sentence("Set tags and end users"), TAG_NAMES.fact(), END_USERS.fact()),
            new DeedKind(ERASE.name(), sentence("Erased an end user")));

    private OrganizationActions() {}

    private static ObjectNode show(OrganizationStores stores, ActionRequest request) {
        Organizations.Organization found = stores.organizations()
                .find(request.account())
                .orElseThrow(() -> ActionRequest.refused(404, sentence("The organization does not exist.")));
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("id", found.id())
                .put("name", found.name())
                .put("time_zone", found.zone().getId())
                .put("end_users", found.labels().endUsers())
                .put("language", found.language())
                .put("created_at", ApiJson.seconds(found.createdAt()));
        found.labels().names().forEach(json.putArray(TAG_NAMES.name())::add);
        return json;
    }

    /** Checks all fields before it changes one. The time zone goes first, since the present state may refuse it. */
    private static Outcome<String> change(OrganizationStores stores, ActionRequest request) {
        request.body().requireSome(SET.fields());
        requireScopes(request);
        String name = request.get(NAME);
        ZoneId zone = request.get(TIME_ZONE);
        List<String> tags = request.get(TAG_NAMES);
        Boolean endUsers = request.get(END_USERS);
        String language = request.get(LANGUAGE);
        if (language != null && stores.languages().find(language) == null) {
            return Outcome.wrong(
                    LANGUAGE.name(),
                    sentence("{field} must be one of {languages}, or null for the operator's.", FIELD, tags(stores)));
        }
        if (zone != null) {
            Outcome<?> outcome = stores.organizations().setZone(request.by(), zone);
            if (!outcome.isDone()) {
                return outcome.map(set -> request.account());
            }
        }
        if (tags != null || endUsers != null) {
            stores.organizations()
                    .setLabels(
                            request.by(),
                            rules -> new LabelRules(
                                    tags == null ? rules.names() : tags,
                                    endUsers == null ? rules.endUsers() : endUsers));
        }
        if (name != null) {
            stores.organizations().rename(request.by(), name);
        }
        if (request.body().has(LANGUAGE)) {
            stores.organizations().setLanguage(request.by(), language);
        }
        return new Outcome.Done<>(request.account());
    }

    private static void requireScopes(ActionRequest request) {
        if (request.body().has(TIME_ZONE)) {
            request.need(Scope.BUDGETS_WRITE);
        }
        if (request.body().has(NAME)
                || request.body().has(TAG_NAMES)
                || request.body().has(END_USERS)
                || request.body().has(LANGUAGE)) {
            request.need(Scope.MEMBERS_WRITE);
        }
    }

    private static String tags(OrganizationStores stores) {
        return String.join(
                ", ", stores.languages().offered().stream().map(Language::tag).toList());
    }

    private static ObjectNode tagValues(OrganizationStores stores, ActionRequest request) {
        String name = request.path("name");
        String after = request.query("after");
        int limit = request.limit();
        List<Labels.Value> values = CallLabels.isName(name)
                ? stores.labels().values(request.account(), name, after == null ? "" : after, limit + 1)
                : List.of();
        if (values.isEmpty() && after == null && !isDeclared(stores, request.account(), name)) {
            throw ActionRequest.refused(404, sentence("There is no such tag."));
        }
        List<Labels.Value> page = values.size() > limit ? values.subList(0, limit) : values;
        return ActionRequest.list(
                page,
                OrganizationActions::value,
                values.size() > limit ? page.getLast().value() : null);
    }

    private static boolean isDeclared(OrganizationStores stores, String account, String tag) {
        return stores.organizations()
                .find(account)
                .map(found -> found.labels().names().contains(tag))
                .orElse(false);
    }

    private static ObjectNode value(Labels.Value value) {
        return ApiJson.MAPPER
                .createObjectNode()
                .put("value", value.value())
                .put(
                        "first_day",
                        value.createdDay().atZone(ZoneOffset.UTC).toLocalDate().toString())
                .put(
                        "last_day",
                        value.usedDay().atZone(ZoneOffset.UTC).toLocalDate().toString());
    }

    private static ObjectNode auditLog(OrganizationStores stores, ActionRequest request) {
        String after = request.query("after");
        if (after != null && !after.matches("[1-9][0-9]{0,17}")) {
            throw Field.wrong("after", sentence("{field} must be the field next of the page before.", FIELD));
        }
        int limit = request.limit();
        List<AccountLog.Line> lines =
                stores.log().page(request.account(), after == null ? Long.MAX_VALUE : Long.parseLong(after), limit);
        // The numbers have no gaps: what follows the number 1 is nothing.
        boolean isLast = lines.size() < limit || lines.getLast().number() == 1;
        return ActionRequest.list(
                lines,
                OrganizationActions::line,
                isLast ? null : Long.toString(lines.getLast().number()));
    }

    private static ObjectNode line(AccountLog.Line line) {
        ObjectNode json = ApiJson.MAPPER
                .createObjectNode()
                .put("number", line.number())
                .put("created_at", ApiJson.seconds(line.at()))
                .put("actor", line.actor())
                .put("address", line.address())
                .put("action", line.action())
                .put("subject", line.subject());
        raw(json, "before", line.beforeJson());
        raw(json, "after", line.afterJson());
        return json;
    }

    private static void raw(ObjectNode json, String name, @Nullable String written) {
        if (written == null) {
            json.putNull(name);
        } else {
            json.putRawValue(name, new RawValue(written));
        }
    }
}
