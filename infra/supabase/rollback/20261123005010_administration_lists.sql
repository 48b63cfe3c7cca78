drop function public.list_users(text, text, integer);
drop function public.list_rooms(text, text, integer);
drop function public.list_patients(text, text, integer);
drop function public.list_devices(text, text, integer);
drop function public.list_cv_keys(text, text, integer);
