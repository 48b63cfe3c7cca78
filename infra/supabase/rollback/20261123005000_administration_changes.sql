drop function public.add_user(uuid, text, text, jsonb, jsonb);
drop function public.change_user(uuid, jsonb);
drop function public.change_patient(text, jsonb);
drop function public.remove_patient(text);
drop function public.add_device(uuid, text, text, text);
