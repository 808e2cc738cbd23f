package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.CustomerKeys.NewKey;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeyResult;
import dev.tollgate.customers.keys.KeySettings;
import dev.tollgate.customers.people.People;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.customers.roles.Scope;
import dev.tollgate.http.Form;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.dashboard.parts.FilterChoice;
import dev.tollgate.pages.dashboard.parts.PasswordAgain;
import dev.tollgate.pages.frame.Once;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import templates.dashboard.JtekeynewGenerated;

/** {@code /dashboard/keys/new}: a name, optional limits, then the secret. */
public record NewKeyPage(
        CustomerKeys keys, KeyOwners owners, People people, Catalogue catalogue, ModelLife life, SecureRandom random) {

    private static final String PATH = KeysPage.PATH + "/new";

    public List<Route<?>> routes(Pages pages) {
        return List.of(
                pages.get(PATH, pages.partly(Right.PERSONAL_KEYS), this::show),
                pages.post(PATH, pages.partly(Right.PERSONAL_KEYS), this::create));
    }

    private PageStep show(PageRequest<Visitor.Member> request) {
        return PageStep.show(page(request, KeyForm.EMPTY, Map.of()));
    }

    private PageStep create(PageRequest<Visitor.Member> request, Form sent) {
        KeyForm form = KeyForm.of(sent);
        ZoneId zone = request.visitor().person().preferences().zone();
        KeyForm.Reading reading = form.read(null, Set.copyOf(KeyFields.models(catalogue, null)), zone);
        Map<String, String> errors = new LinkedHashMap<>(reading.errors());
        boolean isManagement = form.text("kind").equals(KeyKind.MANAGEMENT.code());
        Set<Scope> scopes = form.scopes();
        if (isManagement && scopes.isEmpty()) {
            errors.put("scopes", "Choose at least one.");
        }
        if (isManagement && errors.isEmpty()) {
            String missing = PasswordAgain.complaint(people, request, sent.text("password"));
            if (missing != null) {
                errors.put("password", missing);
            }
        }
        if (!errors.isEmpty() || reading.edit() == null) {
            return PageStep.again(page(request, form, errors));
        }
        KeySettings named = KeySettings.named(form.text("name"));
        KeySettings settings = reading.edit()
                .apply(isManagement ? named.withKind(KeyKind.MANAGEMENT).withScopes(scopes) : named);
        KeyOwner owner = isManagement || form.text("owner").isEmpty()
                ? new KeyOwner("", "", "")
                : KeyOwners.chosen(KeyOwners.membership(request), form.text("owner"));
        NewKey wanted = new NewKey(settings, owner.memberId(), owner.teamId());
        return said(request, form, KeyPage.allowed(keys.create(PageRequest.acting(request), wanted, Once.of(sent))));
    }

    private PageStep said(PageRequest<Visitor.Member> request, KeyForm form, KeyResult result) {
        return switch (result) {
            case KeyResult.Made made -> RevealedKey.show(request, made, catalogue, life);
            case KeyResult.MadeBefore before ->
                PageStep.to(KeysPage.PATH + "/" + before.key().id() + "?done=before");
            case KeyResult.TooMany tooMany ->
                again(
                        request,
                        form,
                        "There are as many keys as there may be: " + CustomerKeys.KEYS_MAX + " of the account, "
                                + CustomerKeys.KEYS_OF_MEMBER_MAX + " of a member, " + CustomerKeys.KEYS_OF_TEAM_MAX
                                + " of a team. Delete an unused key.");
            case KeyResult.NoSuchOwner none -> again(request, form, "Choose an owner from the list.");
            case KeyResult.TooOften often ->
                again(request, form, "This account has created too many keys in one day. Try again tomorrow.");
            default -> again(request, form, "The key could not be created.");
        };
    }

    private PageStep again(PageRequest<Visitor.Member> request, KeyForm form, String message) {
        return PageStep.again(page(request, form, Map.of("form", message)));
    }

    private PageStep.Drawing page(PageRequest<Visitor.Member> request, KeyForm form, Map<String, String> errors) {
        KeyFields fields = KeyFields.of(
                Set.of(),
                form,
                errors,
                KeyFields.models(catalogue, null),
                request.visit().address());
        boolean isManagement = form.text("kind").equals(KeyKind.MANAGEMENT.code());
        String once = Once.next(random);
        List<FilterChoice> choices = owners.creatable(request);
        List<Scope> scopes = List.of(Scope.values());
        return (out, shell) -> JtekeynewGenerated.render(out, null, shell, fields, isManagement, choices, scopes, once);
    }
}
