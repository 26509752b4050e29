from django.utils import translation


def test_pages_have_a_content_policy_and_machines_have_no_need_of_one(client, api, db):
    assert "script-src" in client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "Content-Security-Policy" not in api.get("/api/v3/benefits").headers


def test_the_api_speaks_one_language_whatever_was_spoken_before(api):
    with translation.override("de"):
        answer = api.post("/api/v3/benefits", {}, format="json", HTTP_ACCEPT_LANGUAGE="de")

    assert answer.json()["errors"]["profile_id"] == ["This field is required."]
    assert "Accept-Language" not in answer.headers.get("Vary", "")
